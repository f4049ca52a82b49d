// SPDX-License-Identifier: GPL-2.0
// Starting and ending netswapd, and the page that it leaves.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include <sys/types.h>

#include "lib/result.h"
#include "live/paths.h"

namespace netswap::live {

/// Writes a fresh RUN/NAME.live with the ports of the connections, for the first keeper.
Status make_live_page(const Paths &paths, const std::string &name,
                      const std::vector<std::uint16_t> &ports);

/// The pid of the daemon that keeps the area: the one that holds the lock on RUN/NAME.keeper. 0
/// if one does, but it cannot be seen. For root.
std::optional<pid_t> keeper_pid(const Paths &paths, const std::string &name);

/// Runs `netswapd NAME --detach`; it is looked for beside this program, then in PATH and sbin.
Status start_keeper(const std::string &name);

/// SIGTERM, then waits up to 10 s; it is never killed.
Status stop_keeper(const Paths &paths, const std::string &name);

} // namespace netswap::live
