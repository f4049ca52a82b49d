// SPDX-License-Identifier: GPL-2.0
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "lib/arm.h"

namespace netswap::bench {

/// What a bench boots.
///
///     arm := (a storm's arm | modules | marked) [ "/marked" ]
///
/// "modules" is netswap, every module loaded; "marked" is modules/marked: the same with one marked
/// TCP socket that nobody uses. stock/marked is what the kernel's own mechanism costs then.
struct BenchArm {
    std::string name; ///< as the user wrote it
    Arm arm;
    bool marked = false;

    bool operator==(const BenchArm &) const = default;
};

inline constexpr const char *default_arms = "stock,mainline,bare,modules,marked";

/// A list with commas; refuses an empty one, one that names an arm twice, and module parameters.
Result<std::vector<BenchArm>> parse_bench_arms(std::string_view text);

/// The flavour that the arm boots: without hooks it is "6.12-stock" where others boot "6.12".
std::string flavour_of(const BenchArm &arm, const std::string &kernel);

/// The arm that the others are compared with: stock, or else the first one.
std::size_t baseline_of(const std::vector<BenchArm> &arms);

} // namespace netswap::bench
