// SPDX-License-Identifier: GPL-2.0
#pragma once

#include <functional>
#include <string>

#include "bench/session.h"
#include "lib/artefacts.h"

namespace netswap::bench {

/// One VM whose time is instructions.
struct VmTask {
    Artefacts artefacts;
    bool bare = false; ///< the policy of a hooked kernel
    BenchOrders orders;
    std::int64_t mem_mib = 256;
    double timeout_s = 300;
    std::string log_directory; ///< exists
};

/// Boots it in a sandbox of its own, which does not outlive us, and waits for its counts. Logs as
/// of a storm stay in the directory.
Result<ArmCounts> run_vm(const VmTask &task,
                         const std::function<void(const std::string &)> &on_phase);

} // namespace netswap::bench
