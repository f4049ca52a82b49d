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
