// SPDX-License-Identifier: GPL-2.0
// The marked sockets, for people and for programs.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "live/marks.h"
#include "live/socket_owners.h"

namespace netswap::live {

using SocketOwners = std::map<std::uint32_t, SocketOwner>;

/// "tcp", "tcp6", "udp", "unix"; a number where there is no name.
std::string protocol_name(const MarkedSocket &socket);

/// One line of titles and one for each socket.
std::string socket_table(const std::vector<MarkedSocket> &sockets, const SocketOwners &owners);

/// {"kernel", "kernel_marks_listed", "sockets": [...]}; pid and program are null when unknown.
std::string socket_json(const std::vector<MarkedSocket> &sockets, const SocketOwners &owners,
                        bool hooked);

} // namespace netswap::live
