// SPDX-License-Identifier: GPL-2.0
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "lib/result.h"

namespace netswap {

enum class Policy { bare, mainline, stock };

std::string_view to_string(Policy policy);

/// One arm of an experiment: which base answers the kernel's questions, and which modules override
/// it.
///
///     base := bare | mainline | netswap | stock      netswap = mainline with all modules
///     arm  := base ( ("+"|"-") module )*
///     module := gfp | slab | sock | throttle | rx | all      (or a module's long name)
///
/// A module that is added may be given a parameter, netswap+sock:splice=0, here or again.
/// The base stock, a kernel without hooks, takes the module guard and no other.
/// Terms are applied from left to right: bare+all-rx is every module but rx_reserve.
struct Arm {
    std::string name; ///< as the user wrote it
    Policy policy = Policy::mainline;
    std::vector<std::string> modules; ///< long names in load order, the core first; empty: none
    std::map<std::string, std::string> params; ///< long name -> "key=value ..."

    /// Every mechanism module is in: the arm that must survive.
    [[nodiscard]] bool complete() const;
    /// The negative control: policy bare without a module.
    [[nodiscard]] bool bare_control() const;
    [[nodiscard]] bool has(std::string_view module) const;

    bool operator==(const Arm &) const = default;
};

Result<Arm> parse_arm(std::string_view text);

/// A list with commas; refuses an empty one and one that names an arm twice.
Result<std::vector<Arm>> parse_arms(std::string_view text);

/// "rx" or "rx_reserve" -> "rx_reserve"; the core is "netswap". Nothing for an unknown name.
std::optional<std::string> module_long_name(std::string_view name);

/// The question groups a module answers, by the names below /sys/kernel/memreserve.
std::vector<std::string> groups_of_module(std::string_view long_name);

} // namespace netswap
