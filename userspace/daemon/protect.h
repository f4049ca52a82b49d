// SPDX-License-Identifier: GPL-2.0
#pragma once

#include <string>
#include <vector>

#include "lib/result.h"
#include "live/paths.h"

namespace netswap {

/// What protects this process while memory is gone; see protect_self().
struct Protection {
    bool locked = false;              ///< mlockall, now and later
    bool io_flusher = false;          ///< reclaim on its behalf never waits for swap-out
    bool oom_exempt = false;          ///< oom_score_adj -1000
    std::vector<std::string> missing; ///< what could not be had, one phrase each
};

/// Locks all memory, touches the stack that will be needed, takes PR_SET_IO_FLUSHER and exempts the
/// process from the OOM killer. Goes on where something is refused.
Protection protect_self(const live::Paths &paths);

} // namespace netswap
