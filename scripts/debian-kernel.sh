#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Fetch one of Debian's own kernels for the lab, and build for it what needs no
# hooks (kmod/stock; scripts/stock-source.sh tells what belongs to it).
#
#   debian-kernel.sh FLAVOUR     debian-6.12   the cloud kernel of bookworm's 6.12 line
#                                debian-6.1    the cloud kernel of bookworm itself
#
# The last line of stdout is a directory as kernel.sh makes them: bzImage,
# config, release, build and modules. The packages are unpacked below the cache
# (debian/), nothing is installed; a directory counts only when it has a file
# `complete`.
set -euo pipefail
# shellcheck source=scripts/lib.sh
. "$(dirname "$0")/lib.sh"

flavour=${1:-}
case "$flavour" in
debian-6.12) pattern='6\.12\.[0-9]+\+deb12' ;;
debian-6.1) pattern='6\.1\.0-[0-9]+' ;;
*) die "unknown kernel '$flavour'; there are debian-6.12 and debian-6.1" ;;
esac
# Besides our modules, one that the tests in the guest load.
tests=(kmod/stock/tests/Kbuild kmod/tests/starve.h kmod/tests/starve_atomic.c)
# What the lab's guest loads, as far as these kernels have it as modules.
drivers=(virtio_pci virtio_console virtio_net virtio_blk nbd e1000)

kbuild_environment

# Of what apt knows; without apt's lists, of what is in the cache.
newest_release()
{
	local known
	known=$(apt-cache pkgnames linux-image- | sed -n 's/^linux-image-//p')
	if ! grep -qxE "$pattern-cloud-amd64" <<<"$known"; then
		known=$(find "$cache/debian" -mindepth 2 -maxdepth 2 -name complete -printf '%h\n' \
			2>/dev/null | sed 's|.*/||')
	fi
	grep -xE "$pattern-cloud-amd64" <<<"$known" | sort -V | tail -1
}

# depends PACKAGE PATTERN: the package that PACKAGE needs, by its name.
depends()
{
	apt-cache depends "$1" | sed -nE "s/^ *Depends: ($2)\$/\1/p" | head -1
}

fetch()
{
	local headers=linux-headers-$release package
	mkdir -p "$base/root"
	say "kernel $flavour: fetching $release"
	(
		cd "$base"
		apt-get download "linux-image-$release" "$headers" \
			"$(depends "$headers" 'linux-headers-.*common')" \
			"$(depends "$headers" 'linux-kbuild-.*')" >fetch.log 2>&1
	) || die "cannot fetch Debian's kernel $release, log: $base/fetch.log (no network, or 'apt-get update' is due)"
	for package in "$base"/*.deb; do
		dpkg-deb -x "$package" "$base/root"
		rm "$package"
	done
	# The headers name their place in the system. Without the copy of vmlinux
	# kbuild makes no type information of our modules, which takes pahole.
	sed -i "s|include /usr/src/|include $base/root/usr/src/|" \
		"$base/root/usr/src/$headers/Makefile"
	rm -f "$base/root/usr/src/$headers/vmlinux"
	ln -sfn "root/usr/src/$headers" "$base/build"
	ln -sfn "root/boot/vmlinuz-$release" "$base/bzImage"
	ln -sfn "root/boot/config-$release" "$base/config"
	echo "$release" >"$base/release"
}

# with_dependencies MODULE...: the files of these modules and of those they need.
with_dependencies()
{
	local module
	for module in "$@"; do
		{
			modprobe --dirname "$base/root" --set-version "$release" \
				--show-depends "$module" 2>/dev/null || true # built in, or not there
		} | sed -n 's/^insmod \([^ ]*\).*/\1/p'
	done | sort -u
}

take_drivers()
{
	local file
	depmod --basedir "$base/root" "$release"
	mkdir -p "$base/drivers"
	with_dependencies "${drivers[@]}" | while read -r file; do
		case "$file" in
		*.xz) xz -dc "$file" >"$base/drivers/$(basename "${file%.xz}")" ;;
		*) cp "$file" "$base/drivers/" ;;
		esac
	done
}

build_ours()
{
	local work=$base/$key.work part
	rm -rf "$work" "$modules"
	mkdir -p "$modules"
	"$root/scripts/stock-source.sh" "$work"
	(cd "$root" && cp --parents "${tests[@]}" "$work/")
	for part in kmod/stock kmod/stock/tests; do
		run_logged "$work.log" "modules for $flavour" "" \
			make -C "$base/build" M="$work/$part" CC="$cc" W=1e "-j$(nproc)" modules
		cp "$work/$part"/*.ko "$modules/"
	done
	# In the guest they take memory as files, too: no debug information.
	strip --strip-debug "$modules"/*.ko
	cp "$base"/drivers/*.ko "$modules/"
	: >"$modules/complete"
}

has apt-get || die "this is not a Debian system"
release=$(newest_release) || true
[ -n "$release" ] || die "apt knows no kernel for $flavour (bookworm's security archive has it; try 'apt-get update')"
base=$cache/debian/$release
with_lock debian
if [ ! -e "$base/complete" ]; then
	rm -rf "$base"
	fetch
	take_drivers
	: >"$base/complete"
fi
mapfile -t files < <("$root/scripts/stock-source.sh" --list)
key=$(hash_of scripts/debian-kernel.sh "${files[@]}" "${tests[@]}")
modules=$base/modules-$key
[ -e "$modules/complete" ] || build_ours

artefacts=$base/artefacts-$key
mkdir -p "$artefacts"
for name in bzImage config release build; do
	ln -sfn "$base/$name" "$artefacts/$name"
done
ln -sfn "$modules" "$artefacts/modules"
echo "$artefacts"
