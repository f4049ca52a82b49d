// SPDX-License-Identifier: GPL-2.0
// Which module is loaded or unloaded next while a storm runs. Pure: the same
// seed gives the same plan on every machine.
//
// Every round picks one mechanism module at random and flips its state. Now and
// then a round takes out all mechanisms and then the core, and puts the core
// back. A mechanism never stays loaded without the core.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace netswap::guest {

inline constexpr std::string_view core_module = "netswap";

struct ChurnStep {
    int round = 0; ///< from 1; the steps that restore the start state carry rounds + 1
    bool load = false;
    std::string module;

    bool operator==(const ChurnStep &) const = default;
};

/// Plans `rounds` rounds over `mechanisms` (the core is implied) and then the steps
/// back to `loaded_at_start`, the modules loaded before the first round (with the core).
std::vector<ChurnStep> plan_churn(std::uint64_t seed, int rounds,
                                  const std::vector<std::string> &mechanisms,
                                  const std::vector<std::string> &loaded_at_start);

} // namespace netswap::guest
