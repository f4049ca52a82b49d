// SPDX-License-Identifier: GPL-2.0
// The states of our TCP connections, from /proc/net/tcp and tcp6, without heap. It needs no
// descriptor of the sockets, so a daemon that took an area over sees them as well.
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <string_view>

#include "keeper/connection.h"
#include "lib/fd.h"

namespace netswap::keeper {

/// As the kernel numbers them.
enum class TcpState : std::uint8_t {
    gone = 0, ///< not in the table
    established = 1,
    syn_sent = 2,
    syn_recv = 3,
    fin_wait1 = 4,
    fin_wait2 = 5,
    time_wait = 6,
    close = 7,
    close_wait = 8,
    last_ack = 9,
    listen = 10,
    closing = 11,
};

class TcpTable {
  public:
    /// `root` goes in front of /proc. False if neither file can be read.
    bool open(const char *root = "");

    /// Sets states[i] to the state of the connection from local port ports[i] to one of the
    /// servers. False if the table could not be read; states are undefined then.
    bool look(std::span<const ServerSocketAddress> servers, std::span<const std::uint16_t> ports,
              std::span<TcpState> states);

  private:
    /// A server as the table writes it: address and port in hexadecimal.
    struct Remote {
        std::array<char, 40> text{};
        std::size_t size = 0;
    };
    static Remote remote_of(const ServerSocketAddress &server);
    bool scan(int fd, std::span<const Remote> remotes, std::span<const std::uint16_t> ports,
              std::span<TcpState> states);

    Fd tcp_;
    Fd tcp6_;
};

/// One line of the table in parts; false for the heading and for garbage.
struct TcpLine {
    std::uint16_t local_port = 0;
    std::string_view remote; ///< "0100007F:2A39"
    TcpState state = TcpState::gone;
};
bool parse_tcp_line(std::string_view line, TcpLine &out);

} // namespace netswap::keeper
