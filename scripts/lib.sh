# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
# What the scripts share. Source it; it sets root, cache, and a few helpers.

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
cache=${NETSWAP_CACHE:-${HOME:?HOME is not set}/.cache/netswap}
me=${0##*/}

# die TEXT: one line on stderr, then the end.
die()
{
	printf '%s: %s\n' "$me" "$*" >&2
	exit 1
}

# say TEXT: progress goes to stderr, so that stdout can carry a result.
# A status line of progress_* is wiped first.
say()
{
	[ ! -t 2 ] || printf '\r\033[K' >&2
	printf '%s\n' "$*" >&2
}

# hash_of FILE...: one hash of the names and contents of files below the root
# (or absolute ones); the same text gives the same hash in every checkout.
hash_of()
{
	(cd "$root" && sha256sum -- "$@") | sha256sum | cut -c1-16
}

# files_below DIR: the files below root/DIR, sorted, one a line.
files_below()
{
	(cd "$root" && find "$1" -type f ! -name '.*' ! -name '*~' | LC_ALL=C sort)
}

# free_gib DIR: whole GiB free on DIR's file system.
free_gib()
{
	df -k --output=avail "$1" | awk 'NR == 2 { print int($1 / 1048576) }'
}

# need_gib N DIR: end with one line if less than N GiB are free there.
need_gib()
{
	local free
	free=$(free_gib "$2")
	[ "$free" -ge "$1" ] ||
		die "needs $1 GiB free on the file system of $2, found $free (try 'make clean-cache')"
}

# with_lock NAME: hold the lock NAME of the cache until the script ends.
with_lock()
{
	local fd
	mkdir -p "$cache/locks"
	exec {fd}>"$cache/locks/$1"
	flock -n "$fd" && return
	say "$me: waiting for another build ($cache/locks/$1)"
	flock "$fd"
}

# has COMMAND: is it there?
has()
{
	command -v "$1" >/dev/null
}

# kbuild_environment: the same kernel from the same sources, wherever and when.
# Sets cc. make's own variables would leak in when a Makefile calls us.
kbuild_environment()
{
	unset MAKEFLAGS MFLAGS MAKELEVEL MAKEOVERRIDES
	export CCACHE_DIR=$cache/ccache LC_ALL=C
	export KBUILD_BUILD_TIMESTAMP='Thu Jan  1 00:00:00 UTC 2026'
	export KBUILD_BUILD_USER=netswap KBUILD_BUILD_HOST=netswap KBUILD_BUILD_VERSION=1
	# shellcheck disable=SC2034
	if has ccache; then cc='ccache gcc'; else cc=gcc; fi
}

# run_logged LOG WHAT EXPECTED COMMAND...: run COMMAND into LOG while a line
# tells how many objects are compiled, of EXPECTED if that is not empty. On
# failure: the errors, and LOG's name.
run_logged()
{
	local log=$1 what=$2 expected=$3 pid count last=0 pause=20
	shift 3
	[ ! -t 2 ] || pause=2
	# A process group of its own, for make must go when this script goes.
	set -m
	"$@" >"$log" 2>&1 </dev/null &
	pid=$!
	set +m
	# shellcheck disable=SC2064
	trap "kill -- -$pid 2>/dev/null || true; wait $pid || true; die interrupted" INT TERM HUP
	while kill -0 "$pid" 2>/dev/null; do
		wait_for "$pid" "$pause"
		count=$(grep -cE '^  (CC|AS|HOSTCC) ' "$log" || true)
		[ "$count" != "$last" ] || continue
		last=$count
		if [ -t 2 ]; then
			printf '\r\033[K%s: compiling, %s objects' "$what" "$count${expected:+/$expected}" >&2
		else
			echo "$what: compiling, $count${expected:+/$expected} objects" >&2
		fi
	done
	if wait "$pid"; then
		trap - INT TERM HUP
		[ ! -t 2 ] || printf '\r\033[K' >&2
		return
	fi
	say "$what: failed; the first errors:"
	grep -E '(error|ERROR|undefined reference|\*\*\*|Error [0-9])' "$log" | head -12 >&2 || true
	die "build failed, log: $log"
}

# wait_for PID SECONDS: until the process ends, at most that long.
wait_for()
{
	local end=$((SECONDS + $2))
	while [ $SECONDS -lt $end ] && kill -0 "$1" 2>/dev/null; do
		sleep 0.3
	done
}

# kernel_of FLAVOUR: make the kernel of this name if need be, print its directory.
kernel_of()
{
	case "$1" in
	debian-*) "$root/scripts/debian-kernel.sh" "$1" ;;
	*) "$root/scripts/kernel.sh" "$1" ;;
	esac
}
