// SPDX-License-Identifier: GPL-2.0
#pragma once

#include <functional>
#include <string>

#include "lib/fd.h"
#include "lib/result.h"
#include "live/paths.h"

namespace netswap::live {

/// Only one `up` or `down` of an area at a time: held as long as the descriptor is open. An error,
/// not a wait, if somebody else holds it.
Result<Fd> lock_area(const Paths &paths, const std::string &name);
/// The same, but waits until it is free; `waits` is called if that is necessary.
Result<Fd> wait_for_area(const Paths &paths, const std::string &name,
                         const std::function<void()> &waits);

/// Nobody works on it, as far as this process may look.
bool area_is_idle(const Paths &paths, const std::string &name);

/// Held for a moment while an area claims its export, and while what areas share changes hands.
/// Waits for others. Whoever holds an area's lock may ask for this one, not the other way round.
Result<Fd> lock_all_areas(const Paths &paths);

/// Held while the swap header of an export is looked at and written. Whoever holds it waits for a
/// server, perhaps for ever: an error after 20 s. It may ask for lock_all_areas(), not the other
/// way round.
Result<Fd> lock_headers(const Paths &paths);

} // namespace netswap::live
