#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# netswap completes on every NIC of the lab.
# shellcheck source=tests/e2e/lib.sh
. "$(dirname "$0")/lib.sh"
requires_kernel 6.12

for nic in e1000 rtl8139; do
	storm "$nic.json" --arms netswap --runs 1 --nic "$nic"
	verdicts "$nic.json" netswap pass
done
