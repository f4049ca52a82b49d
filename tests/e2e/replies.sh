#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# What the server answers is lost, spoiled, cut off, late and in pieces: every page is right.
# shellcheck source=tests/e2e/lib.sh
. "$(dirname "$0")/lib.sh"
requires_kernel 6.12

kinds=(reply-drop reply-corrupt reply-cut reply-stall reply-pieces)
storm replies.json --arms netswap --runs 1 --faults "$(printf ',%s=1' "${kinds[@]}" | cut -c2-)"
verdicts replies.json netswap pass
python3 - "$work/replies.json" "${kinds[@]}" <<-'END' || fail "what the record says about the faults"
	import json, sys
	run = json.load(open(sys.argv[1]))["runs"][0]
	faults = {fault["kind"]: fault for fault in run["faults"]}
	assert sorted(faults) == sorted(sys.argv[2:]), faults
	for kind, fault in faults.items():
	    print(f"{kind}: {fault['hits']} hits, pages moved {fault['after_end_s']:.1f} s after its end")
	    assert fault["recovery_s"] is not None, fault
	    assert kind == "reply-stall" or fault["hits"] > 0, fault
	# Lost, spoiled and cut ones cost the connection. Two that follow each other closely may cost the
	# same one, as the first to strike is still being replaced.
	print("connections replaced:", run["daemon"]["reconnects"])
	assert run["daemon"]["reconnects"] >= 1, run["daemon"]
END
