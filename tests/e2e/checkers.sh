#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Under the kernel's own checkers: allocations fail on both paths, netswapd dies, and nothing is found.
# shellcheck source=tests/e2e/lib.sh
. "$(dirname "$0")/lib.sh"
requires_kernel 6.12-debug

refused "too little memory" 6.12-debug KASAN -- \
	"$netswap" storm --kernel 6.12-debug --arms netswap --mem 128M
storm checkers.json --arms netswap --runs 1 --mem 320M --map 400M \
	--faults receive-fail=2,transmit-fail=2,daemon-kill=1
verdicts checkers.json netswap pass
python3 - "$work/checkers.json" <<-'END' || fail "what the record says"
	import json, sys
	run = json.load(open(sys.argv[1]))["runs"][0]
	assert {"KASAN", "lockdep"} <= set(run["checkers"]), run["checkers"]
	for fault in run["faults"]:
	    print(f"{fault['kind']}: {fault['hits']} allocations failed")
	    assert fault["kind"] == "daemon-kill" or fault["hits"] > 0, fault
END
