// SPDX-License-Identifier: GPL-2.0
// Active swap areas whose pages go over a network, however many layers are in between.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "live/paths.h"

namespace netswap::live::doctor {

enum class Transport { nbd, iscsi, nvme_fabrics, nfs, rbd, drbd, ublk, other };

struct NetworkSwap {
    std::string name; ///< as /proc/swaps says: "/dev/dm-0", "/srv/swapfile"
    Transport transport = Transport::other;
    std::string device; ///< the network device below it: "nbd0", "sda"; or the mount point
    std::string detail; ///< mount options of NFS, sysfs path of iSCSI's device
    std::vector<std::string> through; ///< layers in between: "dm-0", "loop1"
};

const char *to_string(Transport transport);

struct SwapSurvey {
    int active = 0; ///< all areas, zram and disks too
    std::vector<NetworkSwap> network;
};

/// Nothing there is an empty list.
SwapSurvey survey_swaps(const Paths &paths);

} // namespace netswap::live::doctor
