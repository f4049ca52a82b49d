// SPDX-License-Identifier: GPL-2.0
// A netfilter queue that is bound and never read. Made by netlink alone: the image has no room for
// nft and its libraries, which would be a tenth of a small guest's free memory.
#pragma once

#include "guest/base.h"

#include <cstdint>
#include <optional>

namespace netswap::guest {

/// Sends incoming UDP datagrams into queue 0: those for `port`, or all. As long as the descriptor
/// is open, somebody seems to be going to judge them.
Result<Fd> queue_datagrams(std::optional<std::uint16_t> port);

/// Drops what waits. To be called before the rule goes: Linux 6.1 warns of packets that outlive it.
Result<void> drop_queued(const Fd &queue);

/// Takes the rule away.
Result<void> queue_no_datagrams();

} // namespace netswap::guest
