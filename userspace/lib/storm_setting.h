// SPDX-License-Identifier: GPL-2.0
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "lib/record.h"
#include "lib/result.h"
#include "lib/storm_options.h"

namespace netswap {

/// An option of `netswap storm` that says what a run is, arm and seed apart. The table of them is
/// what knows StormArguments by the names of its options.
struct StormSetting {
    std::string_view name; ///< without dashes
    bool told = false;     ///< storm_command() writes it even at its default
    bool list = false;     ///< may be given several times: set() adds to what is there
    /// Bad input: the text is no value of this kind. Whether it is a good one, plan_storm() says.
    Status (*set)(StormArguments &, const std::string &text) = nullptr;
    std::vector<std::string> (*get)(const StormArguments &) = nullptr; ///< {}: nothing was given
    /// Copies the setting from one to the other.
    void (*copy)(const StormArguments &from, StormArguments &to) = nullptr;
};

/// In the order in which storm_command() writes them.
const std::vector<StormSetting> &storm_settings();

/// Nothing for an unknown name.
const StormSetting *find_storm_setting(std::string_view name);

/// The arguments that make this run again, arm, seed and one run included. What follows from other
/// arguments is left out: swap, mappings, workers, limits.
StormArguments arguments_of(const RunRecord &record);

/// The shell's words of `netswap storm` with these arguments.
std::string storm_command(const StormArguments &arguments);

/// A word the shell takes as it is, or quoted.
std::string shell_word(const std::string &word);

} // namespace netswap
