#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# A kernel without hooks runs the storm too; it may hang, as Debian's may.
# shellcheck source=tests/e2e/lib.sh
. "$(dirname "$0")/lib.sh"
requires_kernel 6.12-stock

storm stock.json --arms stock --runs 1
verdicts stock.json stock pass hang
