// SPDX-License-Identifier: GPL-2.0
// Which processes have a socket open.
#pragma once

#include <cstdint>
#include <map>
#include <set>
#include <string>

#include <sys/types.h>

#include "live/paths.h"

namespace netswap::live {

struct SocketOwner {
    pid_t pid = 0;
    std::string program; ///< as in /proc/PID/comm
};

/// The first process, by number, that has each of these sockets open, by inode. What cannot be
/// read (it ended, or is somebody else's) is left out.
std::map<std::uint32_t, SocketOwner> socket_owners(const Paths &paths,
                                                   const std::set<std::uint32_t> &inodes);

} // namespace netswap::live
