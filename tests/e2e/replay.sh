#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# A hang of the bare arm is recorded, and made again twice from the recording
# alone: the same console and the same messages, byte for byte. A recording that
# another run's messages were put into is found out.
# shellcheck source=tests/e2e/lib.sh
. "$(dirname "$0")/lib.sh"
requires_kernel 6.12

kernel_symbols=build/artefacts/6.12/vmlinux
recorded=$work/logs/bare-000
storm out.json --arms bare --record --cpus 1 --mem 96M --map 256M --hang-after 4 --timeout 120
verdicts out.json bare hang
[ -s "$recorded/replay.bin" ] || fail "nothing was recorded"

timeout 400 "$netswap" replay "$recorded" --times 2 >"$work/replays" ||
	fail "the replay: $(cat "$work/replays")"
cat "$work/replays"
[ "$(grep -c 'are those recorded' "$work/replays")" -eq 2 ] || fail "not twice the same"
cmp "$recorded/console.log" "$recorded/replay-2/console.log"

# gdb finds the guest, and the hang at the end of the recording.
if type gdb >/dev/null 2>&1; then
	timeout 200 "$netswap" replay "$recorded" --gdb >"$work/debugged" &
	waiting=$!
	socket=$recorded/replay-1/gdb.sock
	for _ in $(seq 100); do
		[ ! -S "$socket" ] || break
		sleep 0.1
	done
	timeout 150 gdb -nx -batch -ex "file $kernel_symbols" -ex "target remote $socket" \
		-ex 'hbreak nbd_queue_rq' -ex continue -ex delete -ex continue -ex kill \
		>"$work/gdb" 2>&1 </dev/null || fail "gdb: $(cat "$work/gdb")"
	wait "$waiting" || fail "the replay under gdb: $(cat "$work/debugged")"
	grep -q 'Breakpoint 1, .*nbd_queue_rq' "$work/gdb" || fail "gdb: $(cat "$work/gdb")"
	grep -q SIGQUIT "$work/gdb" || fail "gdb did not come to the end: $(cat "$work/gdb")"
fi

sed -i '0,/"samples\?"/s/[0-9]\+/7/' "$recorded/channel.jsonl"
refused_status=0
timeout 200 "$netswap" replay "$recorded" >"$work/other" || refused_status=$?
[ "$refused_status" -eq 1 ] || fail "other messages: status $refused_status"
grep -q 'channel differs in line' "$work/other" || fail "no place: $(cat "$work/other")"

# What passes is not kept.
storm pass.json --arms netswap --record --cpus 1 --mem 96M --map 128M --timeout 200
verdicts pass.json netswap pass
[ ! -e "$work/logs/netswap-000/replay.bin" ] || fail "the recording of a run that passed is kept"

refused "two CPUs" "--cpus 1" -- "$netswap" storm --record
refused "KVM" "--accel tcg" -- "$netswap" storm --record --cpus 1 --accel kvm
refused "no recording" "$work" -- "$netswap" replay "$work"
refused "no directory" /no/such -- "$netswap" replay /no/such
