#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# The Debian packages: what is in them, and that they install, work and go
# again. dpkg -i runs in an overlay of this machine's root, without a network.
# shellcheck source=tests/e2e/lib.sh
. "$(dirname "$0")/lib.sh"

for program in dpkg-buildpackage dh dh_dkms; do
	command -v "$program" >/dev/null || skip "no $program (make deps)"
done

scripts/deb.sh --reuse >"$work/packages" || fail "the packages could not be built"
version=$(dpkg-parsechangelog -S Version)
[ "$(wc -l <"$work/packages")" -eq 2 ] || fail "not two packages: $(cat "$work/packages")"
while read -r package; do
	dpkg-deb -x "$package" "$work/root" || fail "$package cannot be unpacked"
done <"$work/packages"

# has MODE FILE: the packages have it, with this mode.
has()
{
	[ "$(stat -c %a "$work/root/$2" 2>/dev/null)" = "$1" ] || fail "no $2 with mode $1 in the packages"
}
has 755 usr/bin/netswap
has 755 usr/sbin/netswapd
has 755 lib/systemd/system-generators/netswap-generator
has 644 lib/udev/rules.d/59-netswap.rules
has 644 lib/systemd/system/dev-.swap.d/netswap.conf
for unit in netswap@.service netswapd@.service netswap-metrics.service netswap-pre.target; do
	has 644 "lib/systemd/system/$unit"
done
has 644 etc/netswap/netswap.toml
has 755 etc/netswap/netswap.conf.d
has 644 usr/share/man/man8/netswap.8.gz
has 644 usr/share/man/man8/netswapd.8.gz
has 644 usr/share/man/man5/netswap.toml.5.gz
has 644 usr/share/bash-completion/completions/netswap
has 644 usr/share/zsh/vendor-completions/_netswap
for page in user.md status-json.md metrics.md grafana-netswap.json; do
	has 644 "usr/share/doc/netswap/$page"
done
scripts/stock-source.sh "$work/source"
diff -r "$work/source" "$work/root/usr/src/netswap-$version" || fail "the modules' sources differ"
netswap_deb=$(grep '/netswap_' "$work/packages")
[ "$(dpkg-deb -I "$netswap_deb" conffiles)" = /etc/netswap/netswap.toml ] || fail "conffiles"
dpkg-deb -f "$netswap_deb" Depends | grep -q libnbd || fail "no dependency on libnbd"

# An overlay of the root in namespaces of its own; the upper layer on a tmpfs.
mkdir "$work/overlay"
cat >"$work/inside" <<'END'
set -eu
overlay=$1 packages=$2 steps=$3
mount -t tmpfs netswap "$overlay"
mkdir "$overlay/upper" "$overlay/work" "$overlay/root"
mount -t overlay overlay -o "lowerdir=/,upperdir=$overlay/upper,workdir=$overlay/work" "$overlay/root" ||
	exit 77
cd "$overlay/root"
mount -t tmpfs run run
mount -t tmpfs tmp tmp
mount --rbind /dev dev
mount -t proc proc proc
xargs -a "$packages" cp -t tmp
cp "$steps" tmp/steps
echo 'exit 101' >usr/sbin/policy-rc.d && chmod 755 usr/sbin/policy-rc.d
exec chroot . /bin/sh -eu /tmp/steps
END
cat >"$work/steps" <<'END'
export DEBIAN_FRONTEND=noninteractive PATH=/usr/sbin:/usr/bin:/sbin:/bin
failed() { echo "FAILED inside: $*"; exit 1; }
dpkg -i /tmp/netswap_*.deb || failed "dpkg -i netswap"
[ "$(netswap --version)" = "netswap $VERSION" ] || failed "netswap --version"
[ "$(netswapd --version)" = "netswapd $VERSION" ] || failed "netswapd --version"
if command -v man >/dev/null; then
	for page in netswap.8 netswapd.8 netswap.toml.5; do
		man -w "${page##*.}" "${page%.*}" >/dev/null || failed "man does not find $page"
		man "${page##*.}" "${page%.*}" | grep -q . || failed "man does not show $page"
	done
fi
[ -z "$(find /etc/systemd/system -name '*netswap*')" ] || failed "a unit was enabled"
netswap status >/dev/null || failed "netswap status"

# The example, as it is, brings up nothing; without its '#', one area.
generator=/lib/systemd/system-generators/netswap-generator
mkdir /tmp/made
$generator /tmp/made 2>/tmp/said
[ ! -s /tmp/said ] && [ -z "$(ls /tmp/made)" ] || failed "the example is not empty: $(cat /tmp/said)"
sed -i 's/^#\([[a-z]\)/\1/' /etc/netswap/netswap.toml
$generator /tmp/made 2>/tmp/said
[ ! -s /tmp/said ] || failed "the example is wrong: $(cat /tmp/said)"
link=/tmp/made/multi-user.target.wants/netswap@swap0.service
[ -e "$link" ] || failed "the generator's link leads nowhere: $(readlink $link)"

# Of other units' faults this says nothing.
if command -v systemd-analyze >/dev/null; then
	for unit in netswap@swap0.service netswapd@swap0.service netswap-metrics.service netswap-pre.target; do
		systemd-analyze verify "/lib/systemd/system/$unit" --man=no >/tmp/said 2>&1 || true
		! grep netswap /tmp/said || failed "systemd-analyze verify $unit"
	done
fi

# An area that is up keeps the package from going, and a changed conffile stays.
mkdir -p /run/netswap && touch /run/netswap/swap0.json
! dpkg -r netswap >/tmp/said 2>&1 || failed "removed while an area is up"
grep -q "run 'netswap down swap0' first" /tmp/said || failed "no reason: $(cat /tmp/said)"
dpkg -i /tmp/netswap_*.deb || failed "an upgrade while an area is up"
rm /run/netswap/swap0.json
dpkg -r netswap || failed "dpkg -r netswap"
[ -e /etc/netswap/netswap.toml ] || failed "the configuration went with the package"
[ ! -e /usr/bin/netswap ] || failed "a program stayed"
dpkg -P netswap || failed "dpkg -P netswap"
[ ! -e /etc/netswap ] || failed "/etc/netswap stayed"

if command -v dkms >/dev/null; then
	# No headers here: DKMS adds the tree, and has nothing to build it for.
	rm -rf /lib/modules/*/build
	dpkg -i /tmp/netswap-dkms_*.deb || failed "dpkg -i netswap-dkms"
	dkms status "netswap/$VERSION" | grep -q added || failed "DKMS does not have it"
	dpkg -P netswap-dkms || failed "dpkg -P netswap-dkms"
	[ -z "$(dkms status netswap)" ] || failed "DKMS still has it"
fi
END
[ "$(id -u)" -eq 0 ] || skip "what is in the packages is right; installing them needs root"
status=0
VERSION=$version timeout 150 unshare --mount --pid --fork --net --kill-child \
	sh "$work/inside" "$work/overlay" "$work/packages" "$work/steps" >"$work/output" 2>&1 || status=$?
[ $status -ne 77 ] || skip "what is in the packages is right; no overlay of / here: $(tail -1 "$work/output")"
[ $status -eq 0 ] || fail "installing them (status $status): $(tail -25 "$work/output")"
