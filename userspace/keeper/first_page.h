// SPDX-License-Identifier: GPL-2.0
// The first page of an export, read over a connection before the kernel gets it: does this server
// have our swap area? No heap.
#pragma once

#include <cstdint>
#include <span>

#include "keeper/timed_io.h"

namespace netswap::keeper {

inline constexpr std::size_t first_page_bytes = 4096;

/// On a socket in the transmission phase, without structured replies; nothing is under way on it
/// when this returns Io::done. Io::failed with errno EPROTO: no reply of NBD; EIO and others: the
/// server's own error.
Io read_first_page(int fd, std::span<unsigned char, first_page_bytes> page,
                   std::uint64_t deadline_ns);

} // namespace netswap::keeper
