// SPDX-License-Identifier: GPL-2.0
// One process of the storm.
#pragma once

#include "guest/board.h"

#include <cstdint>

namespace netswap::guest {

struct WorkerTask {
    int worker = 0;
    std::uint64_t seed = 0;
    std::uint64_t pages = 0; ///< of its private mapping
    int passes = 0;          ///< verify-and-rewrite passes after the write pass
};

/// Runs in a forked child and returns its WorkerExit. It gives up the agent's privileges
/// towards memory first (OOM protection, IO-flusher state, locks), maps its pages, waits
/// for the go, writes them and then verifies and rewrites them pass by pass.
int run_worker(Board &board, const WorkerTask &task);

} // namespace netswap::guest
