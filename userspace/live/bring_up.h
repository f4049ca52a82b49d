// SPDX-License-Identifier: GPL-2.0
#pragma once

#include "live/machine.h"
#include "live/paths.h"

namespace netswap::live {

struct UpOptions {
    bool keeper = true; ///< start netswapd
    std::vector<ServerAddress> addresses;
    std::string export_name;
    std::function<bool()> interrupted; ///< somebody wants it to end: asked before each step
};

struct UpReport {
    AreaState state;
    std::vector<std::string> protections; ///< which mechanism protects what, one phrase each
    std::vector<std::string> warnings;
};

/// Connects, marks, sizes the reserve, makes and starts swap, writes the state, starts the keeper.
/// Whatever fails, all that was done before is undone in reverse, up to a swapoff that fails: the
/// device, its reserve and its state stay then. `area` must be complete.
Result<UpReport> bring_up(Machine &machine, Negotiator &negotiator, const AreaSpec &area,
                          const UpOptions &options, const Progress &progress);

} // namespace netswap::live
