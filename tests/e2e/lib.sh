# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
# What the end-to-end cases share. A case is one file that sources this one; it
# succeeds with status 0, and 77 means skipped, the reason being its last line.
set -euo pipefail

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
cd "$root"
netswap=$root/build/netswap
work=$(mktemp -d "${TMPDIR:-/tmp}/netswap-e2e-XXXXXX")
kernel=6.12

# Logs of a case that failed stay; its output says where.
finish()
{
	local status=$?
	if [ $status -eq 0 ] || [ $status -eq 77 ]; then
		rm -rf "$work"
	else
		echo "files of this case: $work"
	fi
}
trap finish EXIT

fail()
{
	echo "FAILED: $*"
	exit 1
}

skip()
{
	echo "$*"
	exit 77
}

[ -x "$netswap" ] || fail "no $netswap: run 'make'"

requires_kernel()
{
	kernel=$1
	[ -e "build/artefacts/$kernel/initramfs.cpio.gz" ] ||
		skip "kernel $kernel is not built (make guest FLAVOURS=$kernel)"
}

# storm JSON OPTION...: a storm with its records in work/JSON.
storm()
{
	local json=$work/$1
	shift
	"$netswap" storm --kernel "$kernel" --out "$work/logs" --json "$json" "$@" || true
	[ -s "$json" ] || fail "no records: netswap storm $*"
	"$netswap" check-json "$json" || fail "check-json refuses the records"
}

# verdicts JSON ARM VERDICT...: all runs of ARM ended in one of these.
verdicts()
{
	python3 - "$work/$1" "${@:2}" <<-'END' || fail "verdicts of $2"
		import json, sys
		runs = [r for r in json.load(open(sys.argv[1]))["runs"] if r["arm"] == sys.argv[2]]
		wrong = [r for r in runs if r["verdict"] not in sys.argv[3:]]
		for run in wrong:
		    print(f"{run['arm']} run {run['run']}: {run['verdict']}, not {sys.argv[3:]}:"
		          f" {run['message']} (logs: {run['log']})")
		sys.exit(bool(wrong) or not runs)
	END
}

# all_listed JSON: with netswap:check=1, no run took a reserve page that is not in the list of
# docs/forward-progress.md.
all_listed()
{
	python3 - "$work/$1" <<-'END' || fail "reserve pages that are not in the list"
		import json, sys
		for run in json.load(open(sys.argv[1]))["runs"]:
		    counts = run["counters"]["netswap"]
		    listed, others = (counts[f"gfp_memalloc.check_{what}"] for what in ("listed", "unlisted"))
		    print(f"{run['arm']} run {run['run']}: {listed} reserve pages compared with the list,"
		          f" {others} not in it (logs: {run['log']})")
		    assert listed > 0 and others == 0
	END
}

# refused NAME WORD... -- COMMAND...: the command fails with one line on
# stderr that has every WORD.
refused()
{
	local name=$1 words=() status=0
	shift
	while [ "$1" != -- ]; do
		words+=("$1")
		shift
	done
	shift
	timeout 60 "$@" >"$work/stdout" 2>"$work/stderr" </dev/null || status=$?
	[ $status -ne 0 ] || fail "$name: exit status 0"
	[ $status -lt 124 ] || fail "$name: exit status $status"
	[ "$(wc -l <"$work/stderr")" -eq 1 ] || fail "$name: not one line: $(cat "$work/stderr")"
	for word in "${words[@]}"; do
		grep -qF -- "$word" "$work/stderr" || fail "$name: no '$word' in: $(cat "$work/stderr")"
	done
	echo "$name: $(cat "$work/stderr")"
}
