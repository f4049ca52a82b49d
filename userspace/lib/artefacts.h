// SPDX-License-Identifier: GPL-2.0
#pragma once

#include <string>
#include <vector>

#include "lib/checkers.h"
#include "lib/result.h"

namespace netswap {

/// What a kernel flavour ("6.12", "6.12-stock") needs to boot, found below the artefacts directory.
struct Artefacts {
    std::string kernel;    ///< bzImage
    std::string initramfs; ///< one of its images
    Checkers checkers;     ///< that its configuration names
    std::string modules;   ///< directory of netswap's modules, which are in the images as well
};

/// Images of a flavour: what storms boot, and the same with the programs of a bench.
inline constexpr const char *storm_image = "initramfs.cpio.gz";
inline constexpr const char *bench_image = "initramfs-bench.cpio.gz";

/// The directory to look in: `given` if not empty, else $NETSWAP_ARTEFACTS, else build/artefacts
/// below the current directory, else artefacts beside the running program.
std::string artefacts_directory(const std::string &given);

/// An unknown flavour is bad input; the error lists the flavours that are there.
Result<Artefacts> find_artefacts(const std::string &directory, const std::string &flavour,
                                 const char *image = storm_image);

/// ${NETSWAP_CACHE:-$HOME/.cache/netswap}
std::string cache_directory();

} // namespace netswap
