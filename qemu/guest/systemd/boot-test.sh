#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
# The guest's part of `netswap boot-test`, run once the machine is up: plays an
# administrator and an accident. A line for each check goes to the host; at the
# end the machine is switched off under load, and the host watches how.
# awk has its own $1.
# shellcheck disable=SC2016
exec >/dev/virtio-ports/netswap.0 2>&1
bb=/bin/busybox
area=netswap@swap0.service
keeper=netswapd@swap0.service

# check NAME COMMAND...
check()
{
	name=$1
	shift
	if output=$("$@" 2>&1); then
		echo "ok $name"
	else
		echo "$output" | $bb tail -5 | $bb sed 's/^/# /'
		echo "not ok $name"
	fi
}

# within SECONDS COMMAND...: it succeeds in that time.
within()
{
	limit=$1
	shift
	while [ "$limit" -gt 0 ]; do
		! "$@" >/dev/null 2>&1 || return 0
		$bb sleep 1
		limit=$((limit - 1))
	done
	"$@" || { echo "not in time: $*"; return 1; }
}

swap_is_on() { $bb grep -q '^/dev/nbd' /proc/swaps; }
no_swap() { ! swap_is_on; }
value() { systemctl show -P "$2" "$1"; }
main_pid() { value "$keeper" MainPID; }
keeper_runs() { [ "$(main_pid)" -gt 0 ] && systemctl --quiet is-active "$keeper"; }
new_keeper() { keeper_runs && [ "$(main_pid)" != "$old" ]; }
# The area was not touched since `remember`.
remember()
{
	old=$(main_pid)
	since=$(value "$area" InvocationID)
	swapped=$($bb awk '/nbd/ { print $1, $3 }' /proc/swaps)
}
same_area()
{
	[ "$(value "$area" InvocationID)" = "$since" ] && systemctl --quiet is-active "$area" &&
		[ "$($bb awk '/nbd/ { print $1, $3 }' /proc/swaps)" = "$swapped" ]
}
has_module() { [ -d "/sys/module/$1" ]; }
has_no_module() { ! has_module "$1"; }
min_free() { $bb cat /proc/sys/vm/min_free_kbytes; }
may_use_reserve() { netswap status --json --interval 0 | $bb grep -q '"grant": "reserve"'; }
swapped_mib() { $bb awk '/nbd/ { print int($4 / 1024) }' /proc/swaps; }
swapped_out() { [ "$(swapped_mib)" -ge "$1" ]; }
# systemd makes a unit for each name of a swap device; all of them wait for the area to go.
swap_units_wait()
{
	units=$(systemctl list-units --all --type=swap --plain --no-legend | $bb awk '{ print $1 }')
	echo "units: $units"
	[ -n "$units" ] || return 1
	for unit in $units; do
		case " $(value "$unit" Before) " in
		*" netswap-pre.target "*) ;;
		*) echo "$unit does not" && return 1 ;;
		esac
	done
}
area_verifies()
{
	systemd-analyze verify --man=no "$area" "$keeper" default.target >/run/verify 2>&1
	! $bb grep -E 'netswap|cycle' /run/verify
}

echo "# $($bb uname -r), $(systemctl --version | $bb head -1)"
check "the generator wanted the area" test "$(value "$area" WantedBy)" = multi-user.target
check "it left the one with auto = false" test "$(value netswap@later.service WantedBy)" = ""
check "the area comes up at boot" within 60 swap_is_on
swap_is_on || {
	journalctl --no-pager -o cat -u "$area" -n 8 | $bb sed 's/^/# /'
	systemctl --no-block poweroff 2>/dev/null
	exit 1
}
check "its keeper runs" within 30 keeper_runs
check "virtio_net is guarded" has_module netswap_guard
check "there are marks for the keeper" has_module netswap_mark
check "so it may use the reserve" within 10 may_use_reserve
check "systemd's own units of the swap wait for the area" within 10 swap_units_wait
check "the units verify" area_verifies

remember
$bb kill -9 "$old"
check "a killed keeper comes back" within 30 new_keeper
check "the area is untouched by that" same_area
remember
$bb kill -TERM "$old"
check "so it does when told to end" within 30 new_keeper
check "the area is untouched by that, too" same_area
remember
check "the keeper can be restarted" systemctl restart "$keeper"
check "it is another one then" within 30 new_keeper
check "the area is still untouched" same_area

check "the area can be restarted" systemctl restart "$area"
check "the swap is on again" swap_is_on
check "its keeper runs again" within 30 keeper_runs
raised=$(min_free)
check "the area can be stopped" systemctl stop "$area"
check "the swap is gone" no_swap
check "the reserve is given back" test "$(min_free)" -lt "$raised"
check "the modules are gone" within 10 has_no_module netswap_guard
check "so is the keeper" within 10 test "$(main_pid)" = 0
check "nothing failed" test "$(systemctl list-units --failed --plain --no-legend)" = ""
check "the area can be started" systemctl start "$area"
check "the swap is back" swap_is_on
check "the keeper is back" within 30 keeper_runs

systemctl start --no-block hog.service
check "the load swaps" within 120 swapped_out 100
remember
$bb kill -9 "$old"
check "a keeper killed under load comes back" within 60 new_keeper
check "the area stays under load" same_area
check "the load is still there" systemctl --quiet is-active hog.service
echo "# $(swapped_mib) MiB are swapped out"
echo "# switching off"
systemctl --no-block poweroff 2>/dev/null
