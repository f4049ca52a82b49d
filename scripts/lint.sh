#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# The style and static checks, cheap to dear. One script for a laptop and for CI.
#
#   lint.sh [CHECK...]     shell python yaml clang-format checkpatch sparse
#
# Without CHECK all are run. Ends non-zero if one of them complains.
set -euo pipefail
# shellcheck source=scripts/lib.sh
. "$(dirname "$0")/lib.sh"
cd "$root"

artefacts=$root/build/artefacts/6.12

# tracked PATTERN...: files of the repository, new ones too.
tracked()
{
	git ls-files --cached --others --exclude-standard -- "$@" | while read -r file; do
		[ ! -f "$file" ] || echo "$file"
	done
}

need_kernel()
{
	[ -e "$artefacts/build/.config" ] || die "$1 needs the kernel: run 'make' first"
}

lint_shell()
{
	tracked '*.sh' '*.bash' .ci/run | xargs shellcheck -x -P "$root"
}

lint_python()
{
	local file
	while read -r file; do
		python3 - "$file" <<-'END' || return 1
			import ast, sys
			ast.parse(open(sys.argv[1]).read(), sys.argv[1])
		END
	done < <(tracked '*.py' scripts/apply-hooks qemu/guest/mkinitramfs)
}

lint_yaml()
{
	has yamllint || { say "lint: yamllint is missing, left out"; return 0; }
	tracked '*.yaml' '*.yml' | xargs -r yamllint --strict
}

lint_clang-format()
{
	tracked '*.cpp' 'userspace/*.h' 'tests/*.h' | xargs clang-format --dry-run -Werror
}

# scripts/checkpatch.conf holds the exceptions, each with its reason.
lint_checkpatch()
{
	local options
	need_kernel checkpatch
	mapfile -t options < <(sed 's/#.*//' scripts/checkpatch.conf | tr -s ' \t' '\n' | grep .)
	tracked 'kmod/*.[ch]' ':!kmod/uapi/netswap.h' | xargs perl \
		"$(readlink -f "$artefacts/build")/../scripts/checkpatch.pl" --no-tree --strict \
		--terse --show-types --no-summary --file "${options[@]}"
}

# sparse wants to see every file compiled, so this is a build of its own. KUnit's
# macros compare through plain integers and pointers, so gfp_t and __rcu in
# kmod/tests are left out.
lint_sparse()
{
	local work log
	need_kernel sparse
	work=$(mktemp -d) log=$root/build/sparse.log
	# shellcheck disable=SC2064
	trap "rm -rf '$work'" RETURN
	cp -r Kbuild kmod "$work/"
	make -C "$(readlink -f "$artefacts/build")" M="$work" CC='gcc' C=2 CF=-D__CHECK_ENDIAN__ \
		modules >"$log" 2>&1 </dev/null || { tail -5 "$log"; return 1; }
	if [ -e build/artefacts/debian-6.12/build ]; then # what needs no hooks
		make -C build/artefacts/debian-6.12/build M="$work/kmod/stock" CC='gcc' C=2 \
			modules >>"$log" 2>&1 </dev/null || { tail -5 "$log"; return 1; }
	fi
	! grep -E "^(.*/)?kmod/[^:]*:[0-9]+:[0-9]+: (warning|error)" "$log" |
		grep -vE 'kmod/tests/.*(different base types|different address spaces)'
}

checks=("$@")
[ $# -gt 0 ] || checks=(shell python yaml clang-format checkpatch sparse)
bad=()
for check in "${checks[@]}"; do
	[ "$(type -t "lint_$check")" = function ] || die "unknown check '$check'"
	if (set -e; "lint_$check"); then
		say "lint: $check ok"
	else
		bad+=("$check")
		say "lint: $check complains"
	fi
done
[ ${#bad[@]} -eq 0 ] || die "failed: ${bad[*]}"
