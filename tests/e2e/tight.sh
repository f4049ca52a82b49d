#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# netswap completes with next to no watermark and four connections, and what the reserve serves
# is known.
# shellcheck source=tests/e2e/lib.sh
. "$(dirname "$0")/lib.sh"
requires_kernel 6.12

storm tight.json --arms netswap --runs 1 --min-free 64K --conns 4 --module-param netswap:check=1
verdicts tight.json netswap pass
all_listed tight.json
