// SPDX-License-Identifier: GPL-2.0
// What the doctor cannot read from files: addresses, routes, socket pairs, this kernel's flags.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "lib/result.h"
#include "live/link_probe.h"

namespace netswap::live::doctor {

struct Route {
    std::string address;   ///< numeric, of the destination
    std::string interface; ///< that packets leave by; "lo" for a local address
    int path_mtu = 0;      ///< what the kernel knows of the path; 0: unknown
};

class Outside {
  public:
    virtual ~Outside() = default;
    /// Resolves the name if it is one. Nothing is sent.
    virtual Result<Route> route_to(const std::string &host) = 0;
    virtual std::vector<std::string> own_addresses() = 0; ///< numeric
    /// Inode of the socket at the other end of a UNIX stream, if the kernel tells.
    virtual std::optional<std::uint64_t> unix_peer(std::uint64_t inode) = 0;
    virtual LinkProbe &links() = 0;            ///< for the reserve plan
    virtual std::uint64_t flusher_flags() = 0; ///< see learn_flusher_flags()
};

std::unique_ptr<Outside> real_outside();

} // namespace netswap::live::doctor
