#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Build the guest's programs and its initramfs for one kernel.
#
#   guest.sh FLAVOUR      6.12, 6.12-stock, debian-6.12 or debian-6.1
#
# The last line of stdout is the directory with initramfs.cpio.gz, which storms
# boot, initramfs-tests.cpio.gz, which has servers and more besides, and
# initramfs-bench.cpio.gz, which has the programs that a bench runs. The
# kernel is built first if it is not there.
set -euo pipefail
# shellcheck source=scripts/lib.sh
. "$(dirname "$0")/lib.sh"

[ $# -eq 1 ] || die "usage: guest.sh FLAVOUR"
flavour=$1
build=$root/build
kernel=$(kernel_of "$flavour")
"$root/scripts/cmake.sh" netswap-guest netswap-guest-tests netswap-lean netswapd

out=$build/guest/$flavour
mkdir -p "$out"
image()
{
	local name=$1 part
	local manifests=()
	shift
	for part in "$@"; do
		manifests+=(--manifest "$root/qemu/guest/$part")
	done
	"$root/qemu/guest/mkinitramfs" "${manifests[@]}" --kernel-dir "$kernel" \
		--bin-dir "$build" --output "$out/$name.new" >&2
	mv "$out/$name.new" "$out/$name.cpio.gz"
}
image initramfs manifest
image initramfs-tests manifest manifest.tests
image initramfs-bench manifest manifest.bench
echo "$out"
