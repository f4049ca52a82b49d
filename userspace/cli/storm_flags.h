// SPDX-License-Identifier: GPL-2.0
#pragma once

#include <string>

#include <CLI/CLI.hpp>

#include "lib/storm_options.h"

namespace netswap::cli {

/// What the user typed after `netswap storm`.
struct StormFlags {
    StormArguments storm;
    std::string json;
    std::string html;
    std::string out;
    std::string artefacts;
    std::string accel = "auto";
    std::string order = "interleaved";
    bool append = false;
};

/// Declares the flags of `netswap storm`; parsing fills `flags`, which must outlive `command`.
void add_storm_flags(CLI::App &command, StormFlags &flags);

} // namespace netswap::cli
