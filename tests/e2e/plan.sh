#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# The plan of this machine's reserve: sums up, changes nothing, refuses nonsense.
# shellcheck source=tests/e2e/lib.sh
. "$(dirname "$0")/lib.sh"

before=$(cat /proc/sys/vm/min_free_kbytes)
"$netswap" plan --conns 2 >"$work/text"
"$netswap" plan --conns 2 --json >"$work/plan.json"
python3 - "$work/plan.json" "$before" <<-'END' || fail "the plan's numbers do not fit together"
	import json, sys
	plan = json.load(open(sys.argv[1]))
	assert plan["conns"] == 2
	assert plan["min_free_now_kb"] == int(sys.argv[2])
	assert plan["total_pages"] == sum(term["pages"] for term in plan["terms"])
	assert plan["min_free_target_kb"] <= plan["min_free_limit_kb"]
	assert plan["enough"] == (plan["min_free_now_kb"] >= plan["min_free_target_kb"])
	assert all(term["how"] and term["source"] for term in plan["terms"])
END
for word in transmit reassembly keeper 'vm.min_free_kbytes  now'; do
	grep -q "$word" "$work/text" || fail "no $word in the plan"
done
"$netswap" plan --server 127.0.0.1 | grep -q 'the server is this machine' ||
	fail "this machine is not known as server"
[ "$(cat /proc/sys/vm/min_free_kbytes)" = "$before" ] || fail "vm.min_free_kbytes was changed"

refused conns --conns -- "$netswap" plan --conns 0
RES_OPTIONS='timeout:1 attempts:1' refused server no.such.host.invalid -- "$netswap" plan --server no.such.host.invalid
refused option --apply -- "$netswap" plan --apply
