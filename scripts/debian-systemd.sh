#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Fetch what a guest with systemd consists of: Debian's packages with all they
# depend on, unpacked below the cache (debian/). Nothing is installed.
#
#   debian-systemd.sh
#
# The last line of stdout is the directory they are unpacked in. It counts only
# when it has a file `complete` beside it.
set -euo pipefail
# shellcheck source=scripts/lib.sh
. "$(dirname "$0")/lib.sh"

[ $# -eq 0 ] || die "usage: debian-systemd.sh"
packages=(systemd udev ifupdown iproute2 mount kmod)

has apt-get || die "this is not a Debian system"
export LC_ALL=C
with_lock debian
# The version apt would install; without apt's lists, the newest of the cache.
version=$(apt-cache policy systemd | sed -n 's/^ *Candidate: //p')
key=$(hash_of scripts/debian-systemd.sh)
base=$cache/debian/systemd-${version:-unknown}-$key
if [ ! -e "$base/complete" ]; then
	older=$(find "$cache/debian" -mindepth 2 -maxdepth 2 -path "*/systemd-*-$key/complete" \
		-printf '%h\n' 2>/dev/null | sort -V | tail -1)
	rm -rf "$base"
	mkdir -p "$base/root" "$base/none/partial"
	say "systemd for the guest: fetching $version"
	# As if nothing was installed or fetched here: the guest has nothing but this.
	if (
		cd "$base"
		mapfile -t needed < <(apt-get install -y --print-uris --no-install-recommends \
			-o Dir::State::status=/dev/null -o Dir::Cache::archives="$base/none" \
			-o Debug::NoLocking=1 "${packages[@]}" 2>fetch.log |
			sed -n "s/^'[^']*' \([^_]*\)_.*\.deb .*/\1/p")
		[ "${#needed[@]}" -gt 0 ] && apt-get download "${needed[@]}" >>fetch.log 2>&1
	); then
		for package in "$base"/*.deb; do
			dpkg-deb -x "$package" "$base/root"
			rm "$package"
		done
		: >"$base/complete"
	elif [ -n "$older" ]; then
		base=$older
	else
		die "cannot fetch Debian's systemd, log: $base/fetch.log (no network, or 'apt-get update' is due)"
	fi
fi
echo "$base/root"
