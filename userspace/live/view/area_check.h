// SPDX-License-Identifier: GPL-2.0
#pragma once

#include "live/view/snapshot.h"

namespace netswap::live {

/// A daemon that has not turned its loop for that long is stuck.
inline constexpr std::uint64_t silent_after_ns = 60ULL * 1'000'000'000;

/// What is wrong with an area whose state could be read, the worst first. A stale state is told
/// alone: the rest follows from it.
std::vector<Problem> check_area(const AreaView &area, const Instant &now);

} // namespace netswap::live
