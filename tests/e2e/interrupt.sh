#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Ctrl-C during a storm: a non-zero status soon after, and nothing is left: no
# process, no tap, no temporary file.
# shellcheck source=tests/e2e/lib.sh
. "$(dirname "$0")/lib.sh"
requires_kernel 6.12

mkdir "$work/tmp"
# Whoever ignores SIGINT hands that down.
TMPDIR=$work/tmp env --default-signal=INT setsid "$netswap" storm --accel tcg --arms mainline --runs 3 --out "$work/logs" \
	--json "$work/cut.json" >"$work/output" 2>&1 </dev/null &
storm=$!

# Processes of the storm: they inherit its environment. With a name: those only.
left()
{
	local pid
	for pid in /proc/[0-9]*; do
		if grep -qszxF "TMPDIR=$work/tmp" "$pid/environ" 2>/dev/null &&
			tr '\0' ' ' <"$pid/cmdline" 2>/dev/null | grep -q "${1:-.}"; then
			echo "${pid#/proc/}"
		fi
	done
}

for _ in $(seq 600); do
	[ -z "$(left qemu-system)" ] || break
	sleep 0.2
done
[ -n "$(left qemu-system)" ] || fail "no VM came up: $(cat "$work/output")"
sleep 3
kill -INT "$storm"
for _ in $(seq 100); do
	kill -0 "$storm" 2>/dev/null || break
	sleep 0.2
done
! kill -0 "$storm" 2>/dev/null || fail "still there 20 s after the interrupt"
status=0
wait "$storm" || status=$?
[ $status -ne 0 ] || fail "exit status 0 after an interrupt"
sleep 1
[ -z "$(left)" ] || fail "processes left: $(ps -o pid,args -p "$(left | paste -sd,)")"
! ip link show nst0 >/dev/null 2>&1 || fail "a tap is left"
[ -z "$(find "$work/tmp" -mindepth 1)" ] || fail "files left: $(find "$work/tmp" -mindepth 1)"
echo "status $status"
