#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Debian's own kernel gets through the storm when the guard is loaded, and the
# guard had something to do.
# shellcheck source=tests/e2e/lib.sh
. "$(dirname "$0")/lib.sh"
requires_kernel debian-6.12

storm guard.json --arms stock+guard --runs 1 --mem 192M --map 640M --min-free 600K
verdicts guard.json stock+guard pass
python3 - "$work/guard.json" <<-'END' || fail "the guard's counters"
	import json, sys
	for run in json.load(open(sys.argv[1]))["runs"]:
	    counters = run["counters"]["netswap"]
	    print(counters)
	    assert counters["netswap_guard.refills_poll"] > 0
	    assert counters["netswap_guard.unknown"] == 0
END

refused "a hooked arm on Debian's kernel" debian-6.12 stock+guard -- \
	"$netswap" storm --kernel debian-6.12 --arms netswap
refused "the guard on a hooked kernel" guard stock -- "$netswap" storm --arms netswap+guard
