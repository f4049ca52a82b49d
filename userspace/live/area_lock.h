// SPDX-License-Identifier: GPL-2.0
#pragma once

#include <string>

#include "lib/fd.h"
#include "lib/result.h"
#include "live/paths.h"

namespace netswap::live {

/// Only one `up` or `down` of an area at a time: held as long as the descriptor is open. An error,
/// not a wait, if somebody else holds it.
Result<Fd> lock_area(const Paths &paths, const std::string &name);

} // namespace netswap::live
