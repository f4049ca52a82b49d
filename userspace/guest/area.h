// SPDX-License-Identifier: GPL-2.0
// The swap area of a storm as netswap sets it up, watches it and takes it down.
#pragma once

#include "guest/channel.h"
#include "guest/config.h"

#include <chrono>

namespace netswap::guest {

/// `netswap up`: connection, mark, header, swapon, daemon. The error carries its last line.
Result<void> area_up(const Config &config, std::chrono::milliseconds limit);

/// Sends what `netswap status --json` says.
Result<void> send_area_status(Channel &channel);

/// Sends the memory of the daemon and the counters of its live page.
Result<void> send_daemon_report(Channel &channel);

/// `netswap down`; sends how it went and how long it took.
Result<void> area_down(Channel &channel);

} // namespace netswap::guest
