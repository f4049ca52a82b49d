#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# The same storm to a local disk passes without any of this: the limit.
# shellcheck source=tests/e2e/lib.sh
. "$(dirname "$0")/lib.sh"
requires_kernel 6.12

storm disk.json --arms mainline --runs 1 --transport disk
verdicts disk.json mainline pass
refused "runs of another storm" "other options" -- \
	"$netswap" storm --arms mainline --transport disk --mem 192M --append --json "$work/disk.json"
storm disk.json --arms mainline --runs 1 --transport disk --append
[ "$(grep -c '"verdict": "pass"' "$work/disk.json")" -eq 2 ] || fail "--append did not add a run"
sed -i -E 's/("6.12 kernel": *)"[0-9a-f]{16}"/\1"0123456789abcdef"/' "$work/disk.json"
refused "runs of another kernel" "6.12 kernel has been built anew" -- \
	"$netswap" storm --arms mainline --transport disk --append --json "$work/disk.json"
