// SPDX-License-Identifier: GPL-2.0
// What went on between two snapshots.
#pragma once

#include <map>
#include <string>

#include "live/view/snapshot.h"

namespace netswap::live {

/// Bytes a second from swap to memory (in) and from memory to swap (out).
struct Flow {
    double in = 0, out = 0;
};

struct Rates {
    double seconds = 0;                ///< between the snapshots; 0: there are no rates
    std::map<std::string, Flow> areas; ///< by name, of those that are in both snapshots
    Flow machine;                      ///< of all swap areas, network or not
    std::uint64_t throttled = 0;       ///< reclaimers held back meanwhile
    std::uint64_t drops = 0;           ///< packets dropped meanwhile

    [[nodiscard]] const Flow *area(const std::string &name) const;
};

/// A counter that went back (a module was loaded again, a device made anew) counts as nothing.
Rates rates_between(const Snapshot &before, const Snapshot &after);

} // namespace netswap::live
