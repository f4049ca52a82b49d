// SPDX-License-Identifier: GPL-2.0
// Frames and fragments: what they ask of the memory that is left.
#include <fmt/format.h>

#include "live/doctor/checks.h"

namespace netswap::live::doctor {

Findings check_network(const Machine &machine) {
    Findings out;
    const int page_bytes = machine.pages_kb * 1024;
    for (const auto &nic : machine.nics) {
        // A receive buffer also holds the shared part of an skb and headroom, some 500 bytes.
        if (nic.mtu + 512 > page_bytes)
            out.push_back({"net.mtu", machine.meant() ? Severity::warning : Severity::note,
                           fmt::format("{}: MTU {} does not fit into a page of {} bytes",
                                       nic.interface, nic.mtu, page_bytes),
                           "many drivers then need several pages in a row for each receive buffer, "
                           "which a reserve in pieces cannot give",
                           fmt::format("ip link set {} mtu 1500", nic.interface)});
        else
            out.push_back({"net.mtu", Severity::ok,
                           fmt::format("{}: MTU {}", nic.interface, nic.mtu), "", ""});
    }
    for (const auto &route : machine.routes)
        for (const auto &nic : machine.nics)
            if (nic.interface == route.interface && route.path_mtu > 0 && route.path_mtu < nic.mtu)
                out.push_back(
                    {"net.path_mtu", Severity::warning,
                     fmt::format("to {}: path MTU {} is below the MTU {} of {}", route.address,
                                 route.path_mtu, nic.mtu, nic.interface),
                     "datagrams are cut up, and unfinished fragments hold the reserve "
                     "(TCP avoids that where its probes get through)",
                     fmt::format("ip link set {} mtu {}", nic.interface, route.path_mtu)});
    return out;
}

} // namespace netswap::live::doctor
