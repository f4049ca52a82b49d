#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Fill build/artefacts/FLAVOUR, where build/netswap looks for kernels and images.
#
#   artefacts.sh FLAVOUR...
set -euo pipefail
# shellcheck source=scripts/lib.sh
. "$(dirname "$0")/lib.sh"

[ $# -gt 0 ] || die "usage: artefacts.sh FLAVOUR..."
for flavour in "$@"; do
	kernel=$(kernel_of "$flavour")
	guest=$("$root/scripts/guest.sh" "$flavour")
	links=$root/build/artefacts/$flavour
	mkdir -p "$links"
	for name in bzImage vmlinux config release build modules; do
		[ ! -e "$kernel/$name" ] || ln -sfn "$kernel/$name" "$links/$name"
	done
	for image in initramfs initramfs-tests initramfs-bench; do
		ln -sfn "$guest/$image.cpio.gz" "$links/$image.cpio.gz"
	done
done
