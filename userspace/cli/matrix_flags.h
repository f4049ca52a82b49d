// SPDX-License-Identifier: GPL-2.0
#pragma once

#include <map>
#include <string>
#include <vector>

#include <CLI/CLI.hpp>

#include "lib/storm_options.h"
#include "matrix/grid.h"

namespace netswap::cli {

/// The options of a storm by name, as they were typed.
struct SettingTexts {
    std::map<std::string, std::string> single;              ///< "": not given
    std::map<std::string, std::vector<std::string>> listed; ///< of those that may be repeated
};

/// What the user typed after `netswap matrix`.
struct MatrixFlags {
    SettingTexts settings;
    StormArguments base; ///< arms, runs, seed and jobs only
    std::string out;
    std::string html;
    std::string artefacts;
    std::string accel = "auto";
    std::string budget;
    bool show = false;
};

/// Declares every option of a storm that says what a run is, with the help it has there. In
/// `several` the help of those that take values with commas says so.
void add_setting_flags(CLI::App &command, SettingTexts &texts, bool several);

void add_matrix_flags(CLI::App &command, MatrixFlags &flags);

/// What the flags ask for: dimensions, and the other options in `base` and in `options`.
struct MatrixOrder {
    StormArguments base;
    std::vector<Dimension> dimensions;
    std::map<std::string, std::vector<std::string>> options;
};

Result<MatrixOrder> matrix_order(const MatrixFlags &flags);

} // namespace netswap::cli
