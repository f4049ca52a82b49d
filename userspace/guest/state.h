// SPDX-License-Identifier: GPL-2.0
// Reads back from the kernel what this run really is, so that the host can
// compare it with what it asked for.
#pragma once

#include "guest/channel.h"
#include "guest/counter_source.h"

#include <array>
#include <string>
#include <string_view>
#include <vector>

namespace netswap::guest {

/// What a hooked kernel tells of its answers, a file each.
inline const std::string reserve_dir = "/sys/kernel/memreserve/";
inline constexpr std::array reserve_groups{"gfp", "slab", "sock", "throttle", "refill"};

/// Sends a `state` or `state_end` message. What this kernel does not have (an unhooked
/// one has no policy) is left out of it or empty.
/// `hostile` are the names whose facts go along.
void send_state(Channel &channel, std::string_view type, const std::vector<std::string> &hostile);

/// Sends the `counters` message; a source that fails adds "netswap_error".
void send_counters(Channel &channel, CounterSource &source);

/// The kernel release, as uname -r.
std::string kernel_release();

} // namespace netswap::guest
