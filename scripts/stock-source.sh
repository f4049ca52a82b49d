#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# The sources of the modules for kernels without hooks, as a tree of their own:
# what DKMS wants in /usr/src/netswap-VERSION.
#
#   stock-source.sh --list     the files, relative to the checkout
#   stock-source.sh DIR        a copy below DIR (made if need be), dkms.conf on top
set -euo pipefail
# shellcheck source=scripts/lib.sh
. "$(dirname "$0")/lib.sh"

# Objects that a build in the checkout left there do not count.
list()
{
	(cd "$root" && find kmod/stock kmod/common kmod/compat kmod/genl.h kmod/uapi/netswap.h \
		-path kmod/stock/tests -prune -o -type f \
		\( -name Kbuild -o -name '*.[ch]' -o -name dkms.conf \) \
		! -name '*.mod.c' ! -name '.*' -print | LC_ALL=C sort)
}

case "${1:-}" in
--list)
	list
	;;
"" | -*)
	die "usage: stock-source.sh --list | DIR"
	;;
*)
	has rsync || die "rsync is missing: run 'make deps'"
	mkdir -p "$1"
	list | rsync -a --files-from=- "$root/" "$1/"
	mv "$1/kmod/stock/dkms.conf" "$1/dkms.conf"
	;;
esac
