// SPDX-License-Identifier: GPL-2.0
// The swap area of a run: a network block device or the local disk.
#pragma once

#include "guest/config.h"

#include <chrono>
#include <string>

namespace netswap::guest {

/// Connects /dev/nbd0 with nbd-client in its default (netlink) mode and waits for the
/// size to show. The error carries what nbd-client said.
Result<void> connect_nbd(const Config &config, std::chrono::milliseconds limit);

/// "/dev/nbd0" or "/dev/vda".
std::string swap_device(Transport transport);

/// Writes a swap header for `mib` MiB and switches the area on with the highest priority.
Result<void> start_swap(const std::string &device, std::uint64_t mib);

} // namespace netswap::guest
