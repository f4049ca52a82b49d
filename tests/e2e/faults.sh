#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# The server dies, the link goes away, netswapd dies: the storm goes on and every page is right.
# shellcheck source=tests/e2e/lib.sh
. "$(dirname "$0")/lib.sh"
requires_kernel 6.12

storm faults.json --arms netswap --runs 1 --setup netswap \
	--faults server-kill=2,link-drop=1,daemon-kill=1
verdicts faults.json netswap pass
python3 - "$work/faults.json" <<-'END' || fail "what the record says about the faults"
	import json, sys
	campaign = json.load(open(sys.argv[1]))
	run = campaign["runs"][0]
	healed = {r["kind"]: r["healed"] for r in campaign["summary"][0]["recovery"]}
	assert healed == {"server-kill": 2, "link-drop": 1, "daemon-kill": 1}, healed
	for fault in run["faults"]:
	    print(f"{fault['kind']}: pages moved again {fault['recovery_s']:.1f} s after it began")
	assert run["io_error"] == "", run["io_error"]
	# Pages were not copied, so what was repeated was the page, too.
	assert run["counters"]["netswap"]["sock_memalloc.pages_spliced"] > 1000, run["counters"]
	assert run["status"], "no status"
	assert run["daemon"]["reconnects"] >= 2, run["daemon"]
	assert run["daemon"]["heap_calls"] == 0, run["daemon"]
	assert run["daemon"]["mlocked"], run["daemon"]
	assert run["down"]["ok"], run["down"]
END

# Without the daemon nobody reconnects: the same fault is the end of the swap area.
storm control.json --arms netswap --runs 1 --setup nbd-client --faults server-kill=1 \
	--hang-after 45 --timeout 60
verdicts control.json netswap error hang oom
