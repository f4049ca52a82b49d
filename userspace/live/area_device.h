// SPDX-License-Identifier: GPL-2.0
// Whether the device of a state file is still that area's.
#pragma once

#include "live/machine.h"

namespace netswap::live {

/// The line of /proc/swaps, nullptr if the device is no swap.
const SwapEntry *find_swap(const std::vector<SwapEntry> &swaps, const std::string &device);

/// It carries the area's identifier. One of nbd-client has none: it counts as long as it is swap,
/// for then nobody else can have taken it.
Result<bool> is_ours(Machine &machine, const AreaState &state);

/// It is the area's, but somebody disconnected it while it was swap. nbd-client's cannot be told.
bool is_removed(Machine &machine, const AreaState &state);

} // namespace netswap::live
