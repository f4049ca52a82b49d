#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# A machine with systemd brings its area up at boot, keeps it whatever happens
# to netswapd, and is switched off under load: with networkd and with ifupdown.
# shellcheck source=tests/e2e/lib.sh
. "$(dirname "$0")/lib.sh"
requires_kernel debian-6.12

timeout 300 scripts/systemd-guest.sh "$kernel" >"$work/image" 2>&1 || {
	grep -q 'cannot fetch' "$work/image" && skip "$(tail -1 "$work/image")"
	fail "$(cat "$work/image")"
}
for network in networkd ifupdown; do
	echo "$network:"
	"$netswap" boot-test --kernel "$kernel" --network "$network" --out "$work/$network" ||
		fail "$network"
done
refused "no image" "systemd.cpio.gz" -- "$netswap" boot-test --kernel 6.12
refused "unknown network" dhcp -- "$netswap" boot-test --network dhcp
