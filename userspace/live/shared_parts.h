// SPDX-License-Identifier: GPL-2.0
// What all areas share. Modules of ours are loaded for the first area that needs them, and taken
// out with the last one.
#pragma once

#include "live/machine.h"

namespace netswap::live {

/// Loads it unless it is there; true if it was not.
Result<bool> load_helper_module(Machine &machine, const std::string &name);

/// Gives the reserve back, as far as no other area needs it.
Status return_reserve(Machine &machine, const AreaState &state);

/// The end of an area: takes out the modules if no other area is there, also none on its way up,
/// and removes its state. What did not go is told.
std::vector<std::string> forget_area(Machine &machine, const AreaState &state);

} // namespace netswap::live
