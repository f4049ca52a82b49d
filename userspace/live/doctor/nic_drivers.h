// SPDX-License-Identifier: GPL-2.0
// How each network driver gets its receive buffers while memory is short.
#pragma once

#include <string>

namespace netswap::live::doctor {

enum class Refill {
    helper,    ///< through helpers that ask for the reserve while a socket is marked
    copies,    ///< the ring keeps its buffers; packets are copied into ones that may use it
    ungranted, ///< GFP_ATOMIC without the reserve; the ring runs dry and is tried again later
    worker,    ///< the same, and then a worker that reclaims while receive is off: the hang
    unknown,
};

/// By the driver's name in sysfs, as Linux 6.12 has it. 6.1 differs in iavf, which uses helpers.
Refill refill_of(const std::string &driver);

} // namespace netswap::live::doctor
