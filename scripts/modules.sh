#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Build our modules for one kernel, unless the cache has them. kernel.sh calls it.
#
#   modules.sh FLAVOUR KERNEL      KERNEL is the kernel's directory in the cache
#
# The last line of stdout is the directory with the modules: ours, of which a kernel
# without hooks gets the bench only, and the kernel's own. Warnings are errors.
set -euo pipefail
# shellcheck source=scripts/lib.sh
. "$(dirname "$0")/lib.sh"

[ $# -eq 2 ] || die "usage: modules.sh FLAVOUR KERNEL"
flavour=$1
kernel=$2
kbuild_environment

# The modules' sources, relative to the checkout. Objects that a build in the
# checkout left there do not count.
module_sources()
{
	(cd "$root" && find Kbuild kmod -path kmod/hooks -prune -o -type f \
		\( -name Kbuild -o -name '*.[chS]' -o -name '*.yaml' \) \
		! -name '*.mod.c' ! -name '.*' -print | sort)
}

# kbuild leaves its objects beside the sources, so ours are built in a copy. It
# stays, and the next build compiles only what changed.
update_copy()
{
	mkdir -p "$work"
	module_sources | (cd "$root" && rsync -rlc --files-from=- . "$work/")
	(cd "$work" && find . -type f \( -name Kbuild -o -name '*.[chS]' -o -name '*.yaml' \) \
		! -name '*.mod.c' ! -name '.*' -printf '%P\n') | sort |
		comm -23 - <(module_sources) | (cd "$work" && xargs -r rm -f)
}

external_make()
{
	CCACHE_BASEDIR=$cache make -C "$kernel/build" M="$work" CC="$cc" "$@"
}

# copy_built DIR: the modules that DIR/modules.order names, as absolute paths
# (6.12, external) or relative ones.
copy_built()
{
	sed -n 's/\.k\?o$/.ko/p' "$1/modules.order" | (cd "$1" && xargs -r cp -t "$modules")
}

mapfile -t sources < <(module_sources)
id=${kernel##*/}-$(hash_of scripts/modules.sh "${sources[@]}")
modules=$cache/modules/$id
work=$cache/modules/${kernel##*/}.work
if [ ! -e "$modules/complete" ]; then
	with_lock modules
fi
if [ ! -e "$modules/complete" ]; then
	rm -rf "$modules"
	mkdir -p "$modules"
	update_copy
	run_logged "$work.log" "modules for $flavour" "" \
		external_make "-j$(nproc)" W=1e modules
	copy_built "$work"
	copy_built "$(readlink -f "$kernel/build")"
	: >"$modules/complete"
	# Sets of modules are small, but a day's work makes many.
	find "$cache/modules" -maxdepth 1 -name "${kernel##*/}-*" -printf '%T@ %p\n' | sort -rn |
		cut -d' ' -f2 | tail -n +9 | xargs -r rm -rf
fi
echo "$modules"
