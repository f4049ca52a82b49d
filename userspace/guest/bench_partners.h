// SPDX-License-Identifier: GPL-2.0
// Loads of a bench that two processes make together.
#pragma once

#include "guest/bench_sample.h"

#include <vector>

namespace netswap::guest {

/// A byte to a process that waits for it, and back: through pipes and a UNIX socket.
Result<std::vector<NamedLoad>> ping_pong_loads();

/// What netperf measures, over lo: requests and answers of a byte, and a MiB one way, by TCP and
/// by UDP. lo is up, and we run under SCHED_FIFO.
Result<std::vector<NamedLoad>> network_loads();

} // namespace netswap::guest
