// SPDX-License-Identifier: GPL-2.0
// What an area of a name that is to come up finds in its way.
#pragma once

#include <optional>

#include "live/machine.h"

namespace netswap::live {

/// `found` is what the files say of that name. False: it is up already. What an `up` that was
/// interrupted has left, or an area whose device is gone, is taken down first. An area whose device
/// somebody disconnected while it was swap is an error: its pages are lost, and `down` says that.
Result<bool> clear_way(Machine &machine, const std::optional<AreaState> &found);

} // namespace netswap::live
