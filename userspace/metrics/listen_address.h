// SPDX-License-Identifier: GPL-2.0
// Where metrics may be asked for: a UNIX socket, or a port that only this machine reaches.
#pragma once

#include <string>
#include <string_view>

#include <sys/socket.h>

#include "lib/fd.h"
#include "lib/result.h"

namespace netswap::metrics {

struct ListenAddress {
    sockaddr_storage address{};
    socklen_t length = 0;
    std::string path; ///< of a UNIX socket
    std::string text; ///< as the user wrote it
};

/// "unix:/run/netswap/metrics.sock", "127.0.0.1:9532", "[::1]:9532", "localhost:9532". Any address
/// that is not of the loopback interface is refused.
Result<ListenAddress> parse_listen_address(std::string_view text);

/// A socket that listens. What a dead server left of a UNIX socket is removed; where a live one
/// answers, that is an error. Others than the owner and the group may not connect.
Result<Fd> listen_at(const ListenAddress &address);

} // namespace netswap::metrics
