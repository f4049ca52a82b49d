// SPDX-License-Identifier: GPL-2.0
// Two swap areas on one export would write over each other's pages.
#pragma once

#include <vector>

#include "live/area_state.h"

namespace netswap::live {

/// Nobody but `wanted` uses its export, as far as names and addresses tell. An area of the same
/// name is `wanted` itself.
Status check_claim(const AreaState &wanted, const std::vector<AreaState> &areas);

/// The same by what is on the export: `found` is the UUID in its swap header, empty for none. Tells
/// one server under two addresses.
Status check_uuid(const AreaState &wanted, const std::string &found,
                  const std::vector<AreaState> &areas);

} // namespace netswap::live
