// SPDX-License-Identifier: GPL-2.0
#pragma once

#include <string>
#include <vector>

#include "lib/record.h"

namespace netswap {

/// What the guest lacks of what --hostile asked for, a sentence each; nothing if all is there.
std::vector<std::string> hostile_mismatch(const RunParams &params, const StateReadback &state);

} // namespace netswap
