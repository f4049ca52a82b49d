// SPDX-License-Identifier: GPL-2.0
#pragma once

#include <string>
#include <vector>

#include "live/view/snapshot.h"

namespace netswap::live {

/// What an `up` that did not get to its end has left, of all areas or the one named. One that is
/// still under way is not among them.
std::vector<AreaView> interrupted_areas(const Paths &paths, const std::string &name);

} // namespace netswap::live
