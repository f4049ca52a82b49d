#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Build the Debian packages netswap and netswap-dkms into build/deb/.
#
#   deb.sh              compile the programs with Debian's flags
#   deb.sh --reuse      take those of build/: seconds, for tests
#
# debian/rules works in a copy, build/deb/source, so that nothing else in the
# checkout changes. The object tree stays there: the next time only what changed
# is compiled.
set -euo pipefail
# shellcheck source=scripts/lib.sh
. "$(dirname "$0")/lib.sh"

programs=()
case "$*" in
"") ;;
--reuse)
	[ -x "$root/build/netswapd" ] || die "no programs in $root/build: run 'make build'"
	programs=("NETSWAP_PROGRAMS=$root/build")
	;;
*) die "usage: deb.sh [--reuse]" ;;
esac
for program in dpkg-buildpackage dh dh_dkms rsync; do
	has "$program" || die "$program is missing: run 'make deps'"
done

unset MAKEFLAGS MFLAGS MAKELEVEL MAKEOVERRIDES
out=$root/build/deb
copy=$out/source
log=$out/build.log
mkdir -p "$copy"
exec {lock}>"$out/lock"
flock "$lock"

# Whatever the last build left in the copy goes, but for its objects.
rsync -a --delete --exclude=/build --exclude=/.git --exclude=/debian/build "$root/" "$copy/"
rm -f "$out"/netswap*_*
cd "$copy"
say "packages: building netswap $(dpkg-parsechangelog -S Version)"
# Without -nc the objects would be thrown away.
env CCACHE_DIR="$cache/ccache" CCACHE_BASEDIR="$copy" CCACHE_NOHASHDIR=1 \
	DEB_BUILD_OPTIONS="nocheck noautodbgsym ${DEB_BUILD_OPTIONS-}" "${programs[@]}" \
	dpkg-buildpackage -b -us -uc -nc >"$log" 2>&1 </dev/null || {
	grep -E 'rror:|rror [0-9]|^E:|not found|nmet build|missing' "$log" | head -8 >&2 || true
	die "the packages could not be built, log: $log"
}
cd "$out"
printf '%s\n' "$PWD"/netswap*.deb
