#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Build the user-space programs in build/.
#
#   cmake.sh [TARGET...]      everything without a target
set -euo pipefail
# shellcheck source=scripts/lib.sh
. "$(dirname "$0")/lib.sh"

unset MAKEFLAGS MFLAGS MAKELEVEL
# NOHASHDIR: every checkout may use what another one compiled.
export CCACHE_DIR=$cache/ccache CCACHE_BASEDIR=$root CCACHE_NOHASHDIR=1
build=$root/build
if [ ! -e "$build/CMakeCache.txt" ]; then
	generator=()
	! has ninja || generator=(-G Ninja)
	! has ccache || generator+=(-DCMAKE_CXX_COMPILER_LAUNCHER=ccache)
	mkdir -p "$build"
	say "programs: configuring"
	cmake -S "$root" -B "$build" "${generator[@]}" >"$build/configure.log" 2>&1 || {
		rm -f "$build/CMakeCache.txt"
		grep -A3 -E 'CMake Error|not found|NOTFOUND' "$build/configure.log" | head -8 >&2
		die "CMake found the machine lacking, log: $build/configure.log (try 'make deps')"
	}
fi
targets=()
[ $# -eq 0 ] || targets=(--target "$@")
if [ -t 2 ]; then
	cmake --build "$build" -j "$(nproc)" "${targets[@]}" >&2
else
	log=$build/compile.log
	cmake --build "$build" -j "$(nproc)" "${targets[@]}" >"$log" 2>&1 || {
		grep -E -A4 'error:|undefined reference|FAILED' "$log" | head -24 >&2
		die "the programs do not compile, log: $log"
	}
fi
