#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# On a kernel without hooks our modules refuse with one clear line, on the
# console and in the verdict.
# shellcheck source=tests/e2e/lib.sh
. "$(dirname "$0")/lib.sh"
requires_kernel 6.12-stock
requires_kernel 6.12

mkdir -p "$work/mixed/6.12"
ln -s "$PWD/build/artefacts/6.12-stock/bzImage" "$work/mixed/6.12/bzImage"
ln -s "$PWD/build/artefacts/6.12/initramfs.cpio.gz" "$work/mixed/6.12/initramfs.cpio.gz"
storm unhooked.json --artefacts "$work/mixed" --arms netswap --runs 1
verdicts unhooked.json netswap error
grep -q 'loading netswap: this kernel has no memreserve hooks' "$work/unhooked.json" ||
	fail "the verdict does not say why"
grep -q 'netswap: this kernel has no memreserve hooks' "$work"/logs/*/console.log ||
	fail "the console does not say why"
