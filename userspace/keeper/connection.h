// SPDX-License-Identifier: GPL-2.0
// Sockets to an NBD server, without heap.
#pragma once

#include <cstdint>

#include <sys/socket.h>

#include "keeper/timed_io.h"
#include "lib/fd.h"

namespace netswap::keeper {

struct ServerSocketAddress {
    sockaddr_storage address{};
    socklen_t length = 0;
    [[nodiscard]] int family() const { return address.ss_family; }
};

/// Fills in an address; false if `text` is no numeric address of the family, or a path too long.
bool make_address(int family, const char *text, int port, ServerSocketAddress &out);

/// How long TCP sends without an answer before it gives the connection up, in ms. A little less
/// than the time limit of a request: TCP then throws away what it had queued, and no old write can
/// reach the server after its repetition on a new connection did. 30 s without such a limit.
unsigned int user_timeout_ms(std::uint64_t request_timeout_s);

/// A stream socket as swap wants it, not connected yet: close-on-exec, no delay for small
/// packets, keepalive (a server that vanished is noticed within half a minute of idling), a user
/// time-out. Invalid on failure, errno says why.
Fd open_socket(int family, std::uint64_t request_timeout_s);

/// Connects; the socket is in blocking mode afterwards. errno is set for Io::failed.
Io connect_socket(int fd, const ServerSocketAddress &server, std::uint64_t deadline_ns);

/// The port of this end; 0 for a UNIX socket.
std::uint16_t local_port(int fd);

} // namespace netswap::keeper
