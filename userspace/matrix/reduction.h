// SPDX-License-Identifier: GPL-2.0
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "lib/result.h"
#include "lib/storm_options.h"

/// What can be made smaller in a scenario: a storm of one arm.
namespace netswap {

/// Things of which some may be left out.
struct ListReduction {
    std::string what; ///< "sysctl"
    std::function<std::vector<std::string>(const StormArguments &)> get;
    std::function<void(StormArguments &, const std::vector<std::string> &)> set;
};

/// A number that may be less.
struct NumberReduction {
    std::string what; ///< "workers"
    std::string unit; ///< "M" or ""
    std::int64_t least = 1;
    std::int64_t step = 1;                              ///< finer is not worth a run
    std::function<std::int64_t(const StormPlan &)> get; ///< what is in force
    std::function<void(StormArguments &, std::int64_t)> set;
};

/// Hostile traffic, faults, modules of the arm, sysctls, parameters of modules.
const std::vector<ListReduction> &list_reductions();

/// Churn, passes, connections, CPUs, workers, memory, mappings.
const std::vector<NumberReduction> &number_reductions();

/// The same scenario as everybody writes it: one run, the arm's name by its modules, and nothing
/// that follows from the rest. An error is why it is none.
Result<StormArguments> canonical(const StormArguments &scenario);

} // namespace netswap
