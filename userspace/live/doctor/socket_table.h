// SPDX-License-Identifier: GPL-2.0
// The sockets of this network namespace, and which processes hold them.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "live/paths.h"

namespace netswap::live::doctor {

struct TcpSocket {
    std::string local, remote; ///< numeric addresses
    int local_port = 0, remote_port = 0;
    std::uint64_t inode = 0;
};

struct UnixSocket {
    std::uint64_t inode = 0;
    std::string path; ///< empty if it has no name
};

struct SocketTable {
    std::vector<TcpSocket> tcp;    ///< established ones
    std::vector<UnixSocket> local; ///< connected streams
    /// Inode to the processes that have it open. A connected socket that is in no process is
    /// held by the kernel: nbd, NFS and their like.
    std::map<std::uint64_t, std::vector<int>> owners;

    [[nodiscard]] std::vector<int> owners_of(std::uint64_t inode) const;
    [[nodiscard]] bool in_kernel(std::uint64_t inode) const { return owners_of(inode).empty(); }
    /// The other end of a connection within this machine, or nullptr.
    [[nodiscard]] const TcpSocket *other_end(const TcpSocket &socket) const;
};

SocketTable read_sockets(const Paths &paths);

/// "0100007F" or 32 hex digits, as /proc/net/tcp and tcp6 print them. An IPv4 address within
/// IPv6 becomes IPv4. Empty if it is neither.
std::string address_of_hex(std::string_view hex);

} // namespace netswap::live::doctor
