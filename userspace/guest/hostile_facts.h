// SPDX-License-Identifier: GPL-2.0
// Reads back from the kernel what is there for --hostile and how much it holds.
#pragma once

#include "guest/hostile_parse.h"

#include <vector>

namespace netswap::guest {

/// A record a name; one that is not known has none.
std::map<std::string, Facts> hostile_facts(const std::vector<std::string> &names);

} // namespace netswap::guest
