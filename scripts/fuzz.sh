#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Give every reader of user space bytes that nobody meant for it (libFuzzer, with the address and
# undefined-behaviour sanitizers).
#
#   fuzz.sh [TARGET...]      all of them without TARGET; tests/fuzz/targets.h says what each reads
#
# FUZZ_SECONDS says for how long each target is fuzzed, 60 by default. Inputs that reach something
# new are kept in the cache, below fuzz/TARGET, and are where the next run begins. A line a target
# on stdout, then the sums. Ends non-zero if one of them crashed; what it was given is in
# build/fuzz/crashes then, and as a file of tests/fuzz/corpus/TARGET it becomes a test.
set -euo pipefail
# shellcheck source=scripts/lib.sh
. "$(dirname "$0")/lib.sh"

seconds=${FUZZ_SECONDS:-60}
[[ $seconds =~ ^[1-9][0-9]*$ ]] || die "FUZZ_SECONDS=$seconds: say a whole number of seconds, from 1"
"$root/scripts/deps.sh" fuzz

build=$root/build/fuzz
crashes=$build/crashes
seeds=$root/tests/fuzz/corpus
unset MAKEFLAGS MFLAGS MAKELEVEL
export CCACHE_DIR=$cache/ccache CCACHE_BASEDIR=$root CCACHE_NOHASHDIR=1
mkdir -p "$crashes"
if [ ! -e "$build/CMakeCache.txt" ]; then
	options=(-DNETSWAP_FUZZ=ON -DCMAKE_C_COMPILER=clang -DCMAKE_CXX_COMPILER=clang++)
	! has ninja || options+=(-G Ninja)
	! has ccache || options+=(-DCMAKE_CXX_COMPILER_LAUNCHER=ccache)
	cmake -S "$root" -B "$build" "${options[@]}" >"$build/configure.log" 2>&1 ||
		die "CMake found the machine lacking, log: $build/configure.log"
fi
say "fuzz: building"
cmake --build "$build" -j "$(nproc)" --target netswap-fuzz >"$build/compile.log" 2>&1 || {
	grep -E -A4 'error:|undefined reference|undefined symbol' "$build/compile.log" | head -24 >&2
	die "the targets do not compile, log: $build/compile.log"
}

targets=("$@")
[ $# -gt 0 ] || mapfile -t targets < <(cd "$seeds" && printf '%s\n' *)

# stat_of NAME LOG: one of libFuzzer's final figures.
stat_of()
{
	awk -v name="stat::$1:" '$1 == name { print $2 }' "$2" | tail -1 | grep . || echo 0
}

executions=0 inputs=0 failed=0 begin=$SECONDS
for target in "${targets[@]}"; do
	[ -d "$seeds/$target" ] || die "unknown target '$target'; there are $(cd "$seeds" && echo *)"
	found=$cache/fuzz/$target log=$build/$target.log
	mkdir -p "$found"
	status=0
	"$build/netswap-fuzz" "--target=$target" -max_total_time="$seconds" -max_len=8192 -timeout=10 \
		-print_final_stats=1 -artifact_prefix="$crashes/$target-" "$found" "$seeds/$target" \
		>"$log" 2>&1 </dev/null || status=$?
	ran=$(stat_of number_of_executed_units "$log")
	kept=$(find "$found" "$seeds/$target" -type f | wc -l)
	executions=$((executions + ran)) inputs=$((inputs + kept))
	if [ $status -eq 0 ]; then
		echo "ok $target: $ran executions, corpus $kept"
		continue
	fi
	failed=$((failed + 1))
	echo "not ok $target: $ran executions, corpus $kept"
	grep -E 'runtime error|what\(\)|ERROR: (Address|libFuzzer)|Test unit written' "$log" | head -4 |
		sed 's/^/# /' || true
done
echo "fuzz: ${#targets[@]} targets, $executions executions in $((SECONDS - begin)) s, corpus $inputs, $failed crashed"
[ $failed -eq 0 ]
