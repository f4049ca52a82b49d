#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# A storm on each arm: bare hangs, mainline may, netswap completes. The records
# and the page with plots are there.
# shellcheck source=tests/e2e/lib.sh
. "$(dirname "$0")/lib.sh"
requires_kernel 6.12

storm arms.json --arms bare,mainline,netswap --runs 1 --html "$work/arms.html"
verdicts arms.json bare hang
verdicts arms.json mainline pass hang
verdicts arms.json netswap pass
grep -q '<svg' "$work/arms.html" || fail "the page has no plot"
! grep -qE '(src|href)="https?:' "$work/arms.html" || fail "the page needs the network"
"$netswap" report "$work/arms.json" >"$work/table"
for arm in bare mainline netswap; do
	grep -q "$arm" "$work/table" || fail "no $arm in the table"
done
