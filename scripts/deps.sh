#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Install what netswap needs and this Debian machine lacks.
#
#   deps.sh [--check] [GROUP]     --check: only say what is missing
#
# GROUP is fuzz or tidy: what `make fuzz`, or clang-tidy, needs besides.
#
# Needs root or sudo without a password; otherwise it prints the command that
# an administrator has to run, and fails. A stamp in the cache, keyed by this
# file and by dpkg's state, makes the second call free.
set -euo pipefail
# shellcheck source=scripts/lib.sh
. "$(dirname "$0")/lib.sh"

packages=(
	# kernel and modules
	linux-source-6.12 linux-source-6.1 coccinelle gcc make flex bison bc libelf-dev libssl-dev
	cpio kmod xz-utils zstd lz4 ccache rsync python3 python3-yaml
	# tools
	g++ cmake ninja-build pkg-config libfmt-dev libcli11-dev nlohmann-json3-dev
	libexpected-dev libnbd-dev libnl-3-dev libnl-genl-3-dev
	libnl-route-3-dev libtomlplusplus-dev libblkid-dev uuid-dev prometheus-cpp-dev
	# lab and guest
	qemu-system-x86 nbdkit nbd-client nbd-server busybox-static iproute2 gzip
	rt-tests tcc
	# tests and checks
	libgtest-dev libgmock-dev catch2 sparse shellcheck clang-format yamllint
	# packages
	debhelper dh-dkms dkms dpkg-dev
)

check=
if [ "${1:-}" = --check ]; then
	check=yes
	shift
fi
group=${1:-}
case "$#/$group" in
0/) ;;
1/fuzz) packages=(clang libclang-rt-dev) ;;
1/tidy) packages=(clang-tidy) ;;
*) die "usage: deps.sh [--check] [fuzz|tidy]" ;;
esac

stamp=$cache/deps${group:+-$group}-$(hash_of scripts/deps.sh)
if [ -e "$stamp" ] && [ ! /var/lib/dpkg/status -nt "$stamp" ]; then
	exit 0
fi

{ has dpkg-query && has apt-get; } ||
	die "this is not a Debian system; install by hand: ${packages[*]}"

missing=()
for package in "${packages[@]}"; do
	state=$(dpkg-query -W -f '${db:Status-Status}' "$package" 2>/dev/null || true)
	[ "$state" = installed ] || missing+=("$package")
done

if [ ${#missing[@]} -eq 0 ]; then
	mkdir -p "$cache"
	rm -f "$cache/deps${group:+-$group}"-????????????????
	: >"$stamp"
	exit 0
fi
[ ! "$check" ] || die "missing packages: ${missing[*]}"

# Recommended packages stay out: among them are servers that would be started.
install=(apt-get install -y --no-install-recommends "${missing[@]}")
if [ "$(id -u)" -eq 0 ]; then
	as_root=()
elif has sudo && sudo -n true 2>/dev/null; then
	as_root=(sudo -n)
else
	die "run this as root, then try again: ${install[*]}"
fi

# nbd-server and others would start a service when they are installed. Debian
# asks /usr/sbin/policy-rc.d first; 101 means no. An existing one is not touched.
policy=/usr/sbin/policy-rc.d
placed=
remove_policy()
{
	[ -z "$placed" ] || "${as_root[@]}" rm -f "$policy"
}
trap remove_policy EXIT
if [ ! -e "$policy" ]; then
	printf '#!/bin/sh\nexit 101\n' | "${as_root[@]}" tee "$policy" >/dev/null
	placed=yes
	"${as_root[@]}" chmod 755 "$policy"
fi

log=$(mktemp)
apt()
{
	"${as_root[@]}" env DEBIAN_FRONTEND=noninteractive "$@" >"$log" 2>&1 </dev/null
}
say "deps: installing ${missing[*]}"
if ! apt apt-get update || grep -qE '^(W|E): (Failed|Some index)' "$log"; then
	reason=$(grep -E '^(E|W|Err)' "$log" | head -1 || true)
	say "deps: 'apt-get update' failed (no network?): ${reason:-see $log}; using the lists at hand"
fi
if ! apt "${install[@]}"; then
	reason=$(grep -E '^E:' "$log" | head -1 || true)
	die "apt-get could not install ${missing[*]}: ${reason:-no reason given} (log: $log)"
fi
rm -f "$log"
mkdir -p "$cache"
rm -f "$cache/deps${group:+-$group}"-????????????????
: >"$stamp"
say "deps: installed ${#missing[@]} packages"
