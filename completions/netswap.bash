# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
# Completion of netswap and netswapd for bash; needs nothing but bash.

# Names of areas that are up.
_netswap_up()
{
	local file
	for file in "${_netswap_root-}"/run/netswap/*.json; do
		[ ! -e "$file" ] || basename "$file" .json
	done
}

# Names of areas in the configuration.
_netswap_configured()
{
	sed -nE 's/^[[:space:]]*\[[[:space:]]*area[[:space:]]*\.[[:space:]]*"?([a-z0-9_-]+)"?[[:space:]]*\].*/\1/p' \
		"${_netswap_root-}"/etc/netswap/netswap.toml \
		"${_netswap_root-}"/etc/netswap/netswap.conf.d/*.toml 2>/dev/null
}

# The options that say what a storm is.
_netswap_scenario=(--kernel --mem --cpus --nic --transport --server --conns --min-free --passes
	--swap --map --workers --seed --setup --io-timeout --faults --hostile --hang-after --timeout
	--churn --module-param --sysctl)

# The options of a command.
_netswap_options()
{
	case "$1" in
	"") echo --version ;;
	up)
		echo --name --conns --size --prio --timeout --dead-conn-timeout --persist --reserve \
			--guard --via --force --no-daemon --if-down --quiet
		;;
	down) echo --force --wait --if-up ;;
	status) echo --json --interval ;;
	top) echo --interval --count ;;
	events) echo --json --count ;;
	plan) echo --server --conns --json ;;
	sockets) echo --json ;;
	reserve) echo --json --set --hold --release ;;
	mark) echo --pid --fd ;;
	doctor) echo --json --pid --server ;;
	run) echo --keep-fds --best-effort ;;
	metrics) echo --listen --once ;;
	storm)
		echo "${_netswap_scenario[@]}" --arms --runs --jobs --order --accel --json --html --out \
			--artefacts --append --record
		;;
	matrix)
		echo "${_netswap_scenario[@]}" --arms --runs --jobs --budget --show --accel --html --out \
			--artefacts
		;;
	shrink)
		echo "${_netswap_scenario[@]}" --arms --from --record --runs --at-least --budget --accel \
			--out --artefacts
		;;
	replay) echo --times --gdb ;;
	bench) echo --arms --kernel --samples --mem --timeout --json --artefacts --out ;;
	guest-test)
		echo --kernel --filter --policy --mem --cpus --nic --hang-after --timeout --accel \
			--artefacts --out
		;;
	boot-test) echo --kernel --network --mem --size --cpus --timeout --accel --artefacts --out ;;
	report) echo --html ;;
	esac
	echo --help
}

# The values of an option: words, or a line "-f" for files, "-d" for directories,
# "-h" for hosts, "-" for what cannot be guessed. Nothing: the option takes none.
_netswap_values()
{
	case "$1 $2" in
	"up --persist") echo true false ;;
	"up --reserve") echo auto keep ;;
	"up --guard") echo auto never ;;
	"up --via") echo netlink nbd-client ;;
	"up --dead-conn-timeout") echo never ;;
	"up --name") _netswap_configured ;;
	"plan --server" | "doctor --server") echo -h ;;
	"mark --fd") echo - ;;
	"reserve --hold" | "reserve --release") echo nbd nfs iscsi nvme user network total ;;
	*" --pid") (cd /proc && printf '%s\n' [0-9]*) ;;
	"metrics --listen") echo unix:/run/netswap/metrics.sock ;;
	*" --kernel") echo 6.12 6.12-stock 6.1 6.1-stock 6.1-slab debian-6.12 debian-6.1 ;;
	*" --nic") echo virtio-net e1000 rtl8139 vmxnet3 ;;
	*" --transport") echo nbd disk ;;
	"storm --server" | "matrix --server" | "shrink --server") echo nbdkit nbd-server ;;
	"bench --arms") echo stock mainline bare modules marked stock,mainline,bare,modules,marked ;;
	*" --arms") echo bare mainline netswap stock stock+guard bare,mainline,netswap ;;
	*" --hostile")
		echo udp-flood tcp-unread fragments forward packet-socket nfqueue loss1 loss5 jumbo \
			connections memcg
		;;
	*" --setup") echo netswap nbd-client ;;
	"storm --order") echo interleaved by-arm ;;
	*" --accel") echo auto kvm tcg ;;
	"guest-test --policy") echo mainline bare stock ;;
	"boot-test --network") echo networkd ifupdown ;;
	"storm --json" | "bench --json" | *" --html" | *" --from") echo -f ;;
	*" --out" | *" --artefacts") echo -d ;;
	*" --json" | *" --force" | *" --no-daemon" | *" --if-down" | *" --if-up" | *" --quiet") ;;
	*" --wait" | *" --keep-fds" | *" --best-effort" | *" --once" | *" --append" | *" --show") ;;
	"storm --record" | "replay --gdb") ;;
	*" --help" | *" --version") ;;
	*" --"*) echo - ;;
	esac
}

# What a command takes that is no option.
_netswap_words()
{
	case "$1" in
	"")
		echo up down status top events plan reserve sockets mark unmark doctor run metrics storm \
			matrix shrink replay bench guest-test boot-test check-json report
		;;
	up) _netswap_configured ;;
	down | status | top) _netswap_up ;;
	check-json | report) echo -f ;;
	replay) echo -d ;;
	esac
}

# _netswap_offer WORD CANDIDATE...: fill COMPREPLY, by bash itself for -f, -d, -h.
_netswap_offer()
{
	local word=$1
	shift
	case "${1-}" in
	-f) mapfile -t COMPREPLY < <(compgen -f -- "$word") && compopt -o filenames 2>/dev/null ;;
	-d) mapfile -t COMPREPLY < <(compgen -d -- "$word") && compopt -o filenames 2>/dev/null ;;
	-h) mapfile -t COMPREPLY < <(compgen -A hostname -- "$word") ;;
	-) ;;
	*) mapfile -t COMPREPLY < <(compgen -W "$*" -- "$word") ;;
	esac
	return 0
}

_netswap()
{
	local word=$2 before=$3 command="" at candidates
	COMPREPLY=()
	for ((at = 1; at < COMP_CWORD; at++)); do
		case "${COMP_WORDS[at]}" in
		--) # after it: somebody else's command
			[ "$command" != run ] || mapfile -t COMPREPLY < <(compgen -A command -A file -- "$word")
			return
			;;
		-*) ;;
		*) command=${command:-${COMP_WORDS[at]}} ;;
		esac
	done
	# bash takes '=' and ':' for words of their own, so $2 may be a part of one.
	word=${COMP_WORDS[COMP_CWORD]}
	if [ "$word" = = ]; then
		word=""
	elif [ "$before" = = ]; then
		before=${COMP_WORDS[COMP_CWORD - 2]}
	fi
	candidates=$(_netswap_values "$command" "$before")
	if [ -n "$candidates" ]; then
		:
	elif [[ $word == -* ]]; then
		candidates=$(_netswap_options "$command")
	else
		candidates=$(_netswap_words "$command")
	fi
	# shellcheck disable=SC2086
	_netswap_offer "$word" $candidates
}

_netswapd()
{
	local word=${COMP_WORDS[COMP_CWORD]}
	COMPREPLY=()
	# shellcheck disable=SC2046
	case "$3 $word" in
	"--root "*) _netswap_offer "$word" -d ;;
	*" -"*) _netswap_offer "$word" --detach --root --version --help ;;
	*) _netswap_offer "$word" $(_netswap_up) ;;
	esac
}

complete -F _netswap netswap
complete -F _netswapd netswapd
