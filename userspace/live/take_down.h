// SPDX-License-Identifier: GPL-2.0
#pragma once

#include "live/machine.h"

namespace netswap::live {

struct DownOptions {
    bool force = false; ///< even if the pages would not fit into memory
    bool wait = false;  ///< until they fit, as programs end; without a limit
};

/// Told now and then while pages come back: bytes that are still out. Not of a device that somebody
/// has disconnected: nothing comes back from there.
using DownProgress = std::function<void(std::uint64_t left)>;
/// Told why it waits, now and then.
using DownWaits = std::function<void(const std::string &why)>;

struct DownReport {
    std::uint64_t brought_back = 0; ///< bytes that were out when it began
    std::uint64_t lost = 0; ///< the same of a device that somebody had disconnected; at most these
    bool removed = false;   ///< somebody had disconnected it, before or meanwhile
    std::vector<std::string> warnings;
};

/// What an `up` that was interrupted has left is taken down as well, as far as it got.
/// Takes all pages back, ends the keeper, disconnects, and puts back what `up` changed. Refuses
/// when the pages would not fit; nothing is changed then. A later error leaves the state file, so
/// that it can be tried again.
Result<DownReport> take_down(Machine &machine, const AreaState &known, const DownOptions &options,
                             const DownProgress &progress, const DownWaits &waits = {});

} // namespace netswap::live
