// SPDX-License-Identifier: GPL-2.0
// Network cards, as far as the receive side's need of memory depends on them.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "lib/result.h"
#include "live/link_probe.h"
#include "live/paths.h"

namespace netswap::live {

/// May the driver fill its receive ring from the reserve?
enum class RefillGrant {
    no,      ///< it asks with GFP_ATOMIC alone
    yes,     ///< its allocator asks for the reserve, or ours does so on its behalf
    unknown, ///< nobody has looked at this driver
};

struct NicFacts {
    std::string name;
    std::string driver;
    int mtu = 0;
    int queues = 1;          ///< that receive
    std::string queues_from; ///< "ethtool", "sysfs"
    int ring = 0;            ///< buffers in one
    std::string ring_from;   ///< "ethtool", "assumed"
    std::int64_t buffer = 0; ///< bytes that one buffer takes at most
    std::string buffer_why;  ///< "a page: mergeable buffers grow with the packets"
    std::optional<bool> gro, lro, tso;
    bool rps = false; ///< packets are handed to other CPUs' backlogs
    RefillGrant grant = RefillGrant::unknown;
};

/// Cards with a driver, sorted; with servers only those that carry traffic to one of them. A bond,
/// bridge or VLAN stands for the cards below it. Empty if the servers are this machine.
Result<std::vector<std::string>> nics_for(const Paths &paths, LinkProbe &probe,
                                          const std::vector<std::string> &servers);

NicFacts read_nic(const Paths &paths, LinkProbe &probe, const std::string &name,
                  std::int64_t page_bytes);

} // namespace netswap::live
