#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Bad input: one clear line that names it, and a non-zero status.
# shellcheck source=tests/e2e/lib.sh
. "$(dirname "$0")/lib.sh"
requires_kernel 6.12

refused arm nonsense -- "$netswap" storm --arms bare,nonsense
refused module bare+nonsense -- "$netswap" storm --arms bare+nonsense
refused kernel 5.99 -- "$netswap" storm --kernel 5.99
refused nic ne2000 -- "$netswap" storm --nic ne2000
refused transport pigeon -- "$netswap" storm --transport pigeon
refused memory 1K -- "$netswap" storm --mem 1K
refused size 12Q -- "$netswap" storm --mem 12Q
refused runs --runs -- "$netswap" storm --runs 0
refused swap --swap -- "$netswap" storm --swap 4K
refused option --frobnicate -- "$netswap" storm --frobnicate
refused artefacts "$work" -- "$netswap" storm --artefacts "$work"
refused json-directory "$work/none" -- "$netswap" storm --json "$work/none/out.json"
refused json "$work/missing" -- "$netswap" check-json "$work/missing"
echo '{"netswap": 1}' >"$work/short.json"
refused schema short.json -- "$netswap" check-json "$work/short.json"
refused flavour 5.99 -- scripts/kernel.sh 5.99
