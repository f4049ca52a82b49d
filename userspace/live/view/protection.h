// SPDX-License-Identifier: GPL-2.0
// Who answers the kernel's questions about emergency memory on this machine.
#pragma once

#include <string>
#include <vector>

#include "lib/proc_parse.h"
#include "live/paths.h"

namespace netswap::live {

/// One group of questions and who answers it.
struct Protection {
    std::string question; ///< stable name: gfp, slab, sock, throttle, refill, user_marks
    std::string about;    ///< in words
    std::string answerer; ///< a module, "mainline", "bare", or "nobody"
};

struct ProtectionView {
    bool hooked = false; ///< the kernel has the memreserve hooks
    std::vector<Protection> protections;
    /// Counters of netswap_guard as "netswap_guard.<name>"; empty while it is not loaded.
    CounterList guard;
};

ProtectionView read_protection(const Paths &paths);

} // namespace netswap::live
