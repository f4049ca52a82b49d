// SPDX-License-Identifier: GPL-2.0
#pragma once

#include <functional>
#include <string>

#include "live/paths.h"

namespace netswap {

/// Called with one line for the administrator.
using Complain = std::function<void(const std::string &)>;

/// Whether the kernel's command line says netswap=off (or 0, no, false); the last word on it
/// counts.
bool switched_off(const std::string &command_line);

/// Makes DIRECTORY/multi-user.target.wants/netswap@NAME.service, a link to the unit, for every area
/// of the configuration that is not `auto = false`. A file that cannot be parsed costs the areas
/// that stand in it alone; of an area with a wrong setting the unit is made, so that it fails and
/// says why. Returns how many links were made; a link that is there already counts.
int generate_units(const live::Paths &paths, const std::string &directory,
                   const Complain &complain);

} // namespace netswap
