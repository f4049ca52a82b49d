#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# The style and static checks, cheap to dear. One script for a laptop and for CI.
#
#   lint.sh [CHECK...]     shell python yaml generated clang-format hooks checkpatch sparse
#                          contexts coccicheck
#   lint.sh tidy           clang-tidy over user space: takes long
#
# Without CHECK all but tidy are run. Ends non-zero if one of them complains. TIDY, a part of a
# path, limits tidy to files that have it. KERNEL (6.12 if not set) is the one that checkpatch,
# sparse, contexts and coccicheck have the sources and the configuration of.
set -euo pipefail
# shellcheck source=scripts/lib.sh
. "$(dirname "$0")/lib.sh"
cd "$root"

flavour=${KERNEL:-6.12}
artefacts=$root/build/artefacts/$flavour
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT

# tracked PATTERN...: files of the repository, new ones too.
tracked()
{
	git ls-files --cached --others --exclude-standard -- "$@" | while read -r file; do
		[ ! -f "$file" ] || echo "$file"
	done
}

# scripts_of INTERPRETER...: tracked files whose first line names one of them.
scripts_of()
{
	local file line first
	tracked | while read -r file; do
		IFS= read -r line <"$file" || continue
		for first in "$@"; do
			[[ "$line " != '#!'*[/\ ]"$first "* ]] || echo "$file"
		done
	done
}

need_kernel()
{
	[ -e "$artefacts/build/.config" ] ||
		die "$1 needs the kernel $flavour: run 'make guest FLAVOURS=$flavour' first"
}

lint_shell()
{
	{ tracked '*.sh' '*.bash'; scripts_of sh bash; } | sort -u | xargs shellcheck -x -P "$root"
}

lint_python()
{
	local file
	while read -r file; do
		python3 - "$file" <<-'END' || return 1
			import ast, sys
			ast.parse(open(sys.argv[1]).read(), sys.argv[1])
		END
	done < <({ tracked '*.py'; scripts_of python3; } | sort -u)
}

lint_yaml()
{
	tracked '*.yaml' '*.yml' | xargs -r yamllint --strict
}

# What scripts/gen-netlink.py makes of the netlink spec, and the tables of long campaigns.
lint_generated()
{
	python3 -B scripts/gen-netlink.py --check
	scripts/campaign-record check
}

lint_clang-format()
{
	tracked '*.cpp' 'userspace/*.h' 'tests/*.h' | xargs clang-format --dry-run -Werror
}

# The hooks fit 6.1, with each of its allocators, too, though its kernels are for `make soak`. Of its
# source the files that rules and listings name are enough; a missing one is apply-hooks' complaint.
lint_hooks()
{
	local name=linux-source-6.1 tree=$scratch/hooked allocator
	[ -r "/usr/src/$name.tar.xz" ] || die "no /usr/src/$name.tar.xz: run 'make deps'"
	{
		echo Makefile
		echo mm/Kconfig
		sed -n 's|^// netswap-rule:.* file=\([^ ]*\).*|\1|p' kmod/hooks/*.cocci
		grep -hv '^#' kmod/hooks/append* | cut -sf1
	} | sort -u | sed "s|^|$name/|" >"$scratch/named"
	for allocator in slub slab; do
		mkdir -p "$tree/$allocator"
	done
	tar -C "$tree/slub" --strip-components=1 -xf "/usr/src/$name.tar.xz" -T "$scratch/named" \
		2>"$scratch/tar.log" || grep -q 'Not found in archive' "$scratch/tar.log" ||
		{ cat "$scratch/tar.log"; return 1; }
	cp -a "$tree/slub/." "$tree/slab/"
	for allocator in slub slab; do
		scripts/apply-hooks kmod/hooks "$tree/$allocator" --allocator "$allocator" \
			--cache "$cache/spatch" || return 1
	done
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

# analysed_make KERNEL DIR [ARGUMENT...]: compile what is below DIR in $work, for sparse and for
# scripts/check-contexts, which want to see every file.
analysed_make()
{
	make -C "$1" M="$2" CC=gcc C=2 CF=-D__CHECK_ENDIAN__ KCFLAGS=-fdump-ipa-cgraph "${@:3}" \
		>>"$log" 2>&1 </dev/null || { tail -5 "$log"; return 1; }
}

# Once for all checks. The files of kmod/hooks are part of the kernel, not of a module: those that
# this one has, as older.cocci left them, are compiled as such, but not linked.
analyse()
{
	work=$scratch/analysed log=$root/build/sparse.log
	[ ! -e "$work/complete" ] || return 0
	mkdir "$work"
	: >"$log"
	cp -r Kbuild kmod "$work/"
	cp "$(readlink -f "$artefacts/build/..")"/mm/memreserve*.c "$work/kmod/hooks/"
	analysed_make "$(readlink -f "$artefacts/build")" "$work" modules
	cat >"$work/kmod/hooks/Kbuild" <<-'END'
		ccflags-y += -I$(srctree)/mm
		obj-m += hooks.o
		hooks-y := $(patsubst %.c,%.o,$(notdir $(wildcard $(srctree)/mm/memreserve*.c)))
	END
	analysed_make "$(readlink -f "$artefacts/build")" "$work/kmod/hooks" KBUILD_CFLAGS_MODULE= W=1 hooks.o
	if [ "$flavour" = 6.12 ] && [ -e build/artefacts/debian-6.12/build ]; then # what needs no hooks
		analysed_make build/artefacts/debian-6.12/build "$work/kmod/stock" modules
		: >"$work/with-stock"
	fi
	: >"$work/complete"
}

# KUnit's macros compare through plain integers and pointers, so gfp_t and __rcu in
# kmod/tests are left out.
lint_sparse()
{
	need_kernel sparse
	analyse
	! grep -E "^(.*/)?kmod/[^:]*:[0-9]+:[0-9]+: (warning|error)" "$log" |
		grep -vE 'kmod/tests/.*(different base types|different address spaces)'
}

# What is called on the way of a page to swap does not sleep and does not wait for memory.
lint_contexts()
{
	local partial=
	need_kernel contexts
	analyse
	[ -e "$work/with-stock" ] || partial=--partial
	scripts/check-contexts ${partial:+"$partial"} "$work" "$work"
}

# cocci_rule RULE DIR: what one of the kernel's own rules has against the files in DIR.
cocci_rule()
{
	local options
	read -ra options < <(sed -n 's|^// Options:||p' "$1" | head -1) || true
	timeout 120 spatch -D report --very-quiet --no-show-diff "${options[@]}" --cocci-file "$1" \
		--dir "$2" 2>/dev/null
}
export -f cocci_rule

# The kernel's own semantic checks. Left out are those that need a compiler for OCaml. A file with
# a mistake is among ours: if it is not complained of, nothing was checked.
lint_coccicheck()
{
	local rules kernel dir=$scratch/cocci
	need_kernel coccicheck
	kernel=$(readlink -f "$artefacts/build/..")
	mkdir "$dir"
	cp -r kmod "$dir/"
	cat >"$dir/canary.c" <<-'END'
		void canary(void *p)
		{
			if (p)
				kfree(p);
		}
	END
	mapfile -t rules < <(grep -rl --include='*.cocci' 'virtual report' "$kernel/scripts/coccinelle" |
		xargs grep -L 'ocaml' | sort)
	printf '%s\n' "${rules[@]}" | xargs -P "$(nproc)" -I '{}' bash -c 'cocci_rule "$@"' _ '{}' "$dir" |
		sed "s|^$dir/||" >"$root/build/coccicheck.log"
	grep -q '^canary.c:.*NULL check' "$root/build/coccicheck.log" ||
		{ echo "none of ${#rules[@]} rules found the planted mistake"; return 1; }
	! grep -v '^canary.c:' "$root/build/coccicheck.log"
}

# tidy_file FILE: clang-tidy, unless it had nothing against the same text before.
tidy_file()
{
	local command stamp
	command=$(python3 - "$1" build/compile_commands.json <<-'END'
		import json, os, shlex, sys
		for entry in json.load(open(sys.argv[2])):
		    if os.path.samefile(os.path.join(entry["directory"], entry["file"]), sys.argv[1]):
		        words = shlex.split(entry["command"])
		        words = words[words[0].endswith("ccache"):]
		        print("cd", shlex.quote(entry["directory"]), "&&", shlex.join(words[:words.index("-o")]), "-E")
		        break
	END
	)
	[ "$command" ] || return 0 # not part of this build
	stamp=$tidy_cache/$({ cat .clang-tidy; eval "$command ../$1" | grep -v '^#'; } | sha256sum | cut -c1-32)
	[ ! -e "$stamp" ] || return 0
	clang-tidy -p build --quiet "$1" 2>/dev/null || return 1
	: >"$stamp"
}
export -f tidy_file

lint_tidy()
{
	export tidy_cache=$cache/tidy
	scripts/deps.sh tidy
	[ -e build/compile_commands.json ] || scripts/cmake.sh
	mkdir -p "$tidy_cache"
	tracked 'userspace/*.cpp' | grep -F -- "${TIDY:-}" |
		xargs -P "$(nproc)" -I '{}' bash -c 'tidy_file "$@"' _ '{}'
}

checks=("$@")
[ $# -gt 0 ] || checks=(shell python yaml generated clang-format hooks checkpatch
	sparse contexts coccicheck)
bad=()
for check in "${checks[@]}"; do
	[ "$(type -t "lint_$check")" = function ] || die "unknown check '$check'"
	# Not as a condition: there a command that fails in the middle would not end the check.
	set +e
	(set -e; "lint_$check")
	status=$?
	set -e
	if [ "$status" -eq 0 ]; then
		say "lint: $check ok"
	else
		bad+=("$check")
		say "lint: $check complains"
	fi
done
[ ${#bad[@]} -eq 0 ] || die "failed: ${bad[*]}"
