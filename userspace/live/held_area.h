// SPDX-License-Identifier: GPL-2.0
// An area that nobody else works on.
#pragma once

#include <optional>

#include "live/area_lock.h"
#include "live/area_state.h"

namespace netswap::live {

struct HeldArea {
    Fd lock;
    AreaState state; ///< read under the lock
};

/// Nothing if there is no such area, or none any more once the lock is there. With `waits` it waits
/// for whoever works on it and calls that; without it is an error.
Result<std::optional<HeldArea>> hold_area(const Paths &paths, const std::string &name,
                                          const std::function<void()> &waits = {});

} // namespace netswap::live
