// SPDX-License-Identifier: GPL-2.0
// Catch2 version 2 cannot skip. A case that lacks what it needs returns
// skip("what is missing"); the line reporter turns that into a skip.
#pragma once

#include <string>

namespace netswap::guest {

void skip(std::string reason);

/// The reason of the current case, and forgets it; empty if it was not skipped.
std::string take_skip_reason();

} // namespace netswap::guest
