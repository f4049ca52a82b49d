// SPDX-License-Identifier: GPL-2.0
#pragma once

#include <string>

#include "lib/record.h"
#include "lib/storm_options.h"

namespace netswap {

/// Compares what the guest read back with what was asked of it. Empty: the arm is in force.
/// Otherwise every difference in one line: "policy is mainline, not bare; THP is always, not
/// never".
std::string state_mismatch(const RunPlan &plan, const StateReadback &state);

} // namespace netswap
