#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# What ordinary work goes through is the same code in a kernel with hooks, or as
# long where a hook asks; and the comparison finds what is not.
# shellcheck source=tests/e2e/lib.sh
. "$(dirname "$0")/lib.sh"
requires_kernel 6.12-stock
requires_kernel 6.12

stock=build/artefacts/6.12-stock/vmlinux
hooked=build/artefacts/6.12/vmlinux
scripts/fastpath "$stock" "$hooked" >"$work/same" || fail "$(grep -A2 DIFFERENT "$work/same")"
grep -q '^kmem_cache_alloc_noprof .* equal$' "$work/same" || fail "nothing compared: $(cat "$work/same")"

# Another list of functions: one that the hooks made longer.
sed 's/^WHOLE = \[.*/WHOLE = ["__netif_receive_skb",/' scripts/fastpath >"$work/other"
python3 "$work/other" "$stock" "$hooked" >"$work/found" && fail "a longer function was not found"
grep -q '^__netif_receive_skb .*DIFFERENT$' "$work/found" || fail "not named: $(cat "$work/found")"
