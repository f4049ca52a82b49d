#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Build a kernel of the lab, and our modules for it, unless the cache has them.
#
#   kernel.sh FLAVOUR     6.12, 6.1    Debian's source with our hooks
#                         6.12-stock   the same source and configuration, no hooks
#                         6.12-PART    the same with qemu/configs/PART.config
#                         6.1-slab     with the allocator SLAB, which 6.12 lacks
#
# What a version's options differ in from lab.config is in VERSION.config.
#
# The last line of stdout is the directory with the outcome: bzImage, vmlinux,
# config, release, build (the kernel's object tree, for external modules) and
# modules. Everything else is said on stderr.
#
# In the cache (${NETSWAP_CACHE:-~/.cache/netswap}):
#   source/KEY           Debian's source as it came, never written again
#   kernel/FLAVOUR-KEY   hard links to it, hooked, and its object tree
#   modules/...          our modules, keyed apart (modules.sh): they change more often
#   artefacts/...        what this script prints: links to one of each
# A KEY hashes everything that the outcome depends on. A directory counts only
# when it has a file `complete`, which is written last, so an interrupted build
# is taken up again and never mistaken for a whole one.
set -euo pipefail
# shellcheck source=scripts/lib.sh
. "$(dirname "$0")/lib.sh"

flavour=${1:-}
version=${flavour%%-*}
hooks=kmod/hooks
lab_config=qemu/configs/lab.config
configs=("$lab_config")

# A version's own options are no part.
is_part()
{
	[[ $1 != lab && $1 != [0-9]* && -r $root/qemu/configs/$1.config ]]
}

unknown()
{
	local part names=
	for part in "$root"/qemu/configs/*.config; do
		part=$(basename "$part" .config)
		! is_part "$part" || names+=", -$part"
	done
	die "unknown kernel '$flavour'; there are 6.12 and 6.1, each also with -stock$names"
}

case "$version" in
6.12 | 6.1) ;;
*) unknown ;;
esac
[ ! -r "$root/qemu/configs/$version.config" ] || configs+=("qemu/configs/$version.config")
hooked=yes
allocator=slub
IFS=- read -ra flavour_parts <<<"${flavour#"$version"}"
for part in "${flavour_parts[@]:1}"; do
	case "$part" in
	stock) hooked= ;;
	*)
		is_part "$part" || unknown
		configs+=("qemu/configs/$part.config")
		;;
	esac
	[ "$part" != slab ] || allocator=slab
done
[ "$allocator-$version" != slab-6.12 ] || die "Linux 6.12 has no SLAB; use 6.1-slab"
tarball=/usr/src/linux-source-$version.tar.xz
typical_objects=1300
low_gib=12
least_gib=6

kbuild_environment

hooked() { [ "$hooked" ]; }

# ------------------------------------------------------------------- keys

# The tarball's hash, remembered by size and time: it has 150 MB.
tarball_hash()
{
	local remembered
	remembered=$cache/source/sum-$version-$(stat -c %s-%Y "$tarball")
	if [ ! -s "$remembered" ]; then
		mkdir -p "$cache/source"
		sha256sum <"$tarball" | cut -c1-16 >"$remembered.new"
		mv "$remembered.new" "$remembered"
	fi
	cat "$remembered"
}

kernel_key()
{
	local parts=("${configs[@]}" scripts/kernel.sh)
	if hooked; then
		mapfile -t -O ${#parts[@]} parts < <(files_below "$hooks"; echo scripts/apply-hooks)
	fi
	{
		echo "$source_key"
		gcc --version | head -1
		hash_of "${parts[@]}"
	} | sha256sum | cut -c1-16
}

# ----------------------------------------------------------------- source

# Debian's source, extracted once. AMD's register headers are a third of it and
# of no use here.
extract_source()
{
	pristine=$cache/source/$source_key
	[ ! -e "$pristine/complete" ] || return 0
	say "kernel $flavour: extracting $tarball"
	rm -rf "$pristine"
	mkdir -p "$pristine/src"
	tar -C "$pristine/src" --strip-components=1 --exclude='*/drm/amd/include/*' -xf "$tarball" ||
		die "cannot extract $tarball"
	: >"$pristine/complete"
}

# The tree to build: hard links, and new files where there are hooks.
make_tree()
{
	[ ! -e "$kernel/tree" ] || return 0
	rm -rf "$kernel"
	mkdir -p "$kernel"
	cp -al "$pristine/src" "$kernel/src"
	if hooked; then
		say "kernel $flavour: applying hooks"
		"$root/scripts/apply-hooks" "$root/$hooks" "$kernel/src" \
			--allocator "$allocator" --changed "$kernel/changed" --cache "$cache/spatch" >&2 ||
			die "the hooks do not fit Debian's linux-source-$version"
		[ "$(kernel_key)" = "$kernel_key" ] || die "the hooks were changed meanwhile; run it again"
	else
		: >"$kernel/changed"
	fi
	seed_objects
	: >"$kernel/tree"
}

# kernels_of FLAVOUR: what the cache has of it, finished or not, newest first.
kernels_of()
{
	find "$cache/kernel" -maxdepth 1 -regex ".*/${1//./\\.}-[0-9a-f]*" -printf '%T@ %p\n' |
		sort -rn | cut -d' ' -f2
}

# same_source FLAVOUR: the newest of them that was made of this source.
same_source()
{
	local old
	for old in $(kernels_of "$1"); do
		if [ "$(cat "$old/complete" 2>/dev/null)" = "$source_key" ]; then
			echo "$old"
			break
		fi
	done
}

# Start from the object tree of the last kernel made of the same source, if
# there is one, best of the same flavour: a change of the hooks then compiles
# only what it touches. make goes by file times, so a file that differs from
# that kernel's must be new and a file that does not must keep its time.
seed_objects()
{
	local old file
	old=$(same_source "$flavour")
	# With other options nearly all objects are others.
	case "$flavour" in
	"$version" | "$version-stock") [ -n "$old" ] || old=$(same_source "$version") ;;
	esac
	[ -n "$old" ] || return 0
	cp -a "$old/src/build" "$kernel/src/build"
	# objtool's build notes absolute names; a new objtool would mean new objects.
	grep -rlF --include='*.cmd' "$old" "$kernel/src/build" | xargs -r sed -i "s|$old|$kernel|g"
	while read -r file; do
		if [ ! -e "$kernel/src/$file" ]; then
			continue
		elif cmp -s "$old/src/$file" "$kernel/src/$file"; then
			touch -c -r "$old/src/$file" "$kernel/src/$file"
		else
			cp "$kernel/src/$file" "$kernel/src/$file.new"
			mv "$kernel/src/$file.new" "$kernel/src/$file"
		fi
	done < <(sort -u "$old/changed" "$kernel/changed")
}

# ----------------------------------------------------------------- kernel

kernel_make()
{
	CCACHE_BASEDIR=$kernel make -C "$kernel/src" O=build CC="$cc" HOSTCC="$cc" "$@"
}

# allnoconfig plus the flavour's files, of which the last word counts; without
# our option where there are no hooks.
configure()
{
	local wanted=$kernel/lab.config
	(cd "$root" && cat "${configs[@]}") >"$wanted"
	hooked || sed -i '/CONFIG_MEMRESERVE[= ]/d' "$wanted"
	KCONFIG_ALLCONFIG=$wanted kernel_make allnoconfig >"$kernel/config.log" 2>&1 </dev/null ||
		die "configuration failed, log: $kernel/config.log"
	"$root/scripts/check-config" "$wanted" "$kernel/src/build/.config" ||
		die "${configs[*]}: asks for what the kernel does not give"
}

build_kernel()
{
	local targets=(bzImage modules)
	kernel=$cache/kernel/$flavour-$kernel_key
	[ ! -e "$kernel/complete" ] || return 0
	with_lock kernel
	[ ! -e "$kernel/complete" ] || return 0
	make_room
	extract_source
	make_tree
	configure
	! grep -q '^CONFIG_GDB_SCRIPTS=y' "$kernel/src/build/.config" || targets+=(scripts_gdb)
	run_logged "$kernel/log" "kernel $flavour" "$typical_objects" \
		kernel_make "-j$(nproc)" "${targets[@]}"
	ln -sfn src/build "$kernel/build"
	ln -sfn build/vmlinux "$kernel/vmlinux"
	ln -sfn build/.config "$kernel/config"
	ln -sfn build/arch/x86/boot/bzImage "$kernel/bzImage"
	cp "$kernel/build/include/config/kernel.release" "$kernel/release"
	echo "$source_key" >"$kernel/complete"
	say "kernel $flavour: built $(cat "$kernel/release") in $SECONDS s," \
		"$(du -sm "$kernel/src/build" | cut -f1) MiB of objects in $kernel"
}

# Remove all but the newest $1 kernels of each flavour, and what belongs to them.
drop_old_kernels()
{
	local keep=$1 flavour old
	for flavour in $(find "$cache/kernel" -mindepth 1 -maxdepth 1 -name '*-*' -printf '%f\n' |
		sed 's/-[0-9a-f]*$//' | sort -u); do
		kernels_of "$flavour" | tail -n +"$((keep + 1))" | while read -r old; do
			old=${old##*/}
			[ "$old" != "${kernel##*/}" ] || continue
			say "kernel: removing old $old from the cache"
			rm -rf "$cache/kernel/$old" "$cache/modules/$old"* "$cache/artefacts/$old"*
		done
	done
}

make_room()
{
	mkdir -p "$cache/kernel"
	drop_old_kernels 4
	[ "$(free_gib "$cache")" -ge $low_gib ] || drop_old_kernels 2
	need_gib $least_gib "$cache"
}

# ------------------------------------------------------------------ main

[ -r "$tarball" ] || die "no $tarball: run 'make deps' (Debian package linux-source-$version)"
[ -r "$root/$lab_config" ] || die "no $lab_config in $root"
mkdir -p "$cache"
source_key=$(tarball_hash)
kernel_key=$(kernel_key)
build_kernel
touch -c "$kernel"
modules=$("$root/scripts/modules.sh" "$flavour" "$kernel" | tail -1)

artefacts=$cache/artefacts/${modules##*/}
mkdir -p "$artefacts"
for name in bzImage vmlinux config release build; do
	ln -sfn "$kernel/$name" "$artefacts/$name"
done
ln -sfn "$modules" "$artefacts/modules"
echo "$artefacts"
