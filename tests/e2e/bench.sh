#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Two arms are measured, and one of them again: instructions are the same in
# every boot (a block of pages costs up to 2 % more or less, as the CPU's lists
# were before), the table and the JSON have every operation. Objects of a slab
# must cost nothing more with hooks, and programs at most 2 %.
# shellcheck source=tests/e2e/lib.sh
. "$(dirname "$0")/lib.sh"
requires_kernel 6.12-stock
requires_kernel 6.12

bench()
{
	timeout 400 "$netswap" bench --samples 20 --timeout 180 --out "$work/logs-$1" \
		--json "$work/$1.json" --arms "$2" >"$work/$1.table" || fail "bench $1"
}

bench first stock,mainline
bench second mainline
python3 - "$work" <<-'END' || fail "the counts"
	import json, sys
	first, second = (json.load(open(f"{sys.argv[1]}/{name}.json")) for name in ("first", "second"))
	table = open(f"{sys.argv[1]}/first.table").read()
	faults = []
	counts = lambda record, arm: {count["name"]: count for one in record["arms"] if one["arm"] == arm
	                              for count in one["counts"]}
	one, other = counts(first, "mainline"), counts(second, "mainline")
	for row in first["operations"]:
	    name = row["operation"]
	    if f"\n{name} " not in table or set(row["arms"]) != {"stock", "mainline"}:
	        faults.append(f"{name}: not in the table, or not of both arms")
	        continue
	    a, b = one[name]["median"], other[name]["median"]
	    if abs(a - b) > (0.02 if name.startswith("page-order-") else 0.01) * a:
	        faults.append(f"{name}: {a} instructions in one boot, {b} in the other")
	    if name in ("kmem-cache", "kmalloc") and row["arms"]["mainline"]["added"] != 0:
	        faults.append(f"{name}: the hooks add {row['arms']['mainline']['added']}")
	    if row["section"] == "programs" and not 0.98 < row["arms"]["mainline"]["ratio"] < 1.02:
	        faults.append(f"{name}: {row['arms']['mainline']['ratio']} times as much as stock")
	if len(first["operations"]) < 29 or first["baseline"] != "stock":
	    faults.append("too few operations, or another baseline")
	if faults:
	    print(table, *faults, sep="\n")
	    sys.exit(1)
END
refused "unknown arm" purple -- "$netswap" bench --arms purple
refused "no kernel" 6.13-stock -- "$netswap" bench --kernel 6.13
refused "too little memory" --mem -- "$netswap" bench --mem 1M
# The image of storms has none of the programs.
lean=$work/lean/6.12
mkdir -p "$lean"
ln -s "$root"/build/artefacts/6.12/{bzImage,config} "$lean"
refused "no image" initramfs-bench.cpio.gz "make guest FLAVOURS=6.12" -- \
	"$netswap" bench --arms mainline --artefacts "$work/lean" --out "$work/no-image"
ln -s "$root/build/artefacts/6.12/initramfs.cpio.gz" "$lean/initramfs-bench.cpio.gz"
refused "no programs" "no /bin/hackbench" rt-tests -- \
	"$netswap" bench --arms mainline --artefacts "$work/lean" --out "$work/no-programs"
# A VM that cannot do its work is one line, and no table.
refused "too short" "arm mainline" "not done after 1 s" -- \
	"$netswap" bench --arms mainline --timeout 1 --out "$work/short"
