#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# A matrix of two cells, cut off by its budget and continued; then a search that
# takes its scenario from there, cut off at once. Another set of options is refused.
# shellcheck source=tests/e2e/lib.sh
. "$(dirname "$0")/lib.sh"
requires_kernel 6.12

out=$work/matrix
# Small enough for a guest of 64 MiB: some seconds a run.
matrix=("$netswap" matrix --arms netswap --mem 64M --map 128M --min-free "default,1M" --runs 1 --accel tcg \
	--out "$out")

# runs COUNT: so many are on record, all of them whole.
runs()
{
	python3 - "$out/matrix.jsonl" "$1" <<-'END' || fail "not $1 runs on record"
		import json, sys
		lines = [json.loads(line) for line in open(sys.argv[1])]
		cells = [json.dumps(line["cell"], sort_keys=True) for line in lines if "cell" in line]
		verdicts = [line["record"]["verdict"] for line in lines if "cell" in line]
		print(cells, verdicts)
		sys.exit(len(set(cells)) != int(sys.argv[2]) or len(cells) != len(set(cells)) or
		         any(verdict != "pass" for verdict in verdicts))
	END
}

"${matrix[@]}" --budget 1s >"$work/table" || fail "the first part: $(cat "$work/table")"
runs 1
grep -q "^1 of 2 runs made" "$work/table" || fail "the table: $(cat "$work/table")"
printf '{"cell":' >>"$out/matrix.jsonl" # as after a crash
"${matrix[@]}" >"$work/table" || fail "the second part: $(cat "$work/table")"
runs 2
grep -q "^2 of 2 runs made" "$work/table" || fail "the table: $(cat "$work/table")"
grep -q '1/1 \[21-100 %\]' "$work/table" || fail "no interval: $(cat "$work/table")"
"$netswap" matrix --show --out "$out" --html "$work/page.html" >"$work/shown" || fail "--show"
diff <(grep -v ^page: "$work/table") <(grep -v ^page: "$work/shown") || fail "--show prints another table"
[ "$(grep -o '<td class="s5">' "$work/page.html" | wc -l)" -eq 2 ] || fail "the map has not two cells"
! grep -qE '(src|href)="https?:' "$work/page.html" || fail "the page needs the network"

refused options --passes --out -- "${matrix[@]}" --passes 2
refused one-storm "same storm" -- "$netswap" matrix --arms netswap --conns default,1 --accel tcg --out "$work/one"
refused value 1K -- "$netswap" matrix --mem 1K
refused nothing-there "$work/none" -- "$netswap" matrix --show --out "$work/none"
refused budget soon -- "$netswap" matrix --budget soon
refused arms "one arm" -- "$netswap" shrink --arms bare,netswap
refused no-hang "none of its 2 runs hung" -- "$netswap" shrink --from "$out/matrix.jsonl"
refused no-file "$work/none" -- "$netswap" shrink --from "$work/none"

# One run decides that this does not hang; the second time it is known.
for part in made known; do
	status=0
	"$netswap" shrink --from "$out/matrix.jsonl" --record 0 --runs 1 --out "$work/shrink" \
		>"$work/steps" 2>"$work/said" || status=$?
	[ $status -eq 1 ] || fail "shrink, $part: status $status, $(cat "$work/steps" "$work/said")"
	grep -q "as given: hung 0 of 1 (pass 1), not kept" "$work/steps" || fail "$(cat "$work/steps")"
	grep -q "did not hang" "$work/said" || fail "$(cat "$work/said")"
	[ "$(wc -l <"$work/shrink/shrink.jsonl")" -eq 2 ] || fail "not one run on record"
done
grep -q "^1 runs of this search are there" "$work/steps" || fail "the run was not known"
