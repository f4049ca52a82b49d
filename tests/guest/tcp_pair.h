// SPDX-License-Identifier: GPL-2.0
// Two ends of a TCP connection inside the guest.
#pragma once

#include "guest/base.h"

#include <cstddef>
#include <functional>
#include <string>

namespace netswap::guest {

struct TcpPair {
    Fd sender; ///< does not block
    Fd receiver;
};

/// Opens a TCP socket that does not block.
Fd tcp_socket();

/// A connection to and from `address`, through lo. `open_sender` makes the sender's socket; the
/// receiver's buffer has `receive_buffer` bytes, or what the kernel gives it if that is 0.
TcpPair connect_pair(const std::string &address, int send_buffer, int receive_buffer = 0,
                     const std::function<Fd()> &open_sender = tcp_socket);

/// Bytes of `socket` that were not acknowledged.
int unacknowledged(const Fd &socket);

} // namespace netswap::guest
