#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Build the image of the guest with systemd, for `netswap boot-test`.
#
#   systemd-guest.sh FLAVOUR      debian-6.12 or debian-6.1 (ours lack what systemd needs)
#
# build/artefacts/FLAVOUR/systemd.cpio.gz is the result; artefacts.sh FLAVOUR
# goes first.
set -euo pipefail
# shellcheck source=scripts/lib.sh
. "$(dirname "$0")/lib.sh"

[ $# -eq 1 ] || die "usage: systemd-guest.sh FLAVOUR"
flavour=$1
build=$root/build
kernel=$(kernel_of "$flavour")
packages=$("$root/scripts/debian-systemd.sh")
"$root/scripts/cmake.sh" netswap-lean netswapd netswap-generator netswap-hog

out=$build/guest/$flavour
mkdir -p "$out" "$build/artefacts/$flavour"
"$root/qemu/guest/mkinitramfs" --manifest "$root/qemu/guest/systemd/manifest" \
	--kernel-dir "$kernel" --sysroot "$packages" \
	--bin-dir "$build" --bin-dir "$root/qemu/guest/systemd" --bin-dir "$root/systemd" \
	--output "$out/systemd.new" >&2
mv "$out/systemd.new" "$out/systemd.cpio.gz"
ln -sfn "$out/systemd.cpio.gz" "$build/artefacts/$flavour/systemd.cpio.gz"
