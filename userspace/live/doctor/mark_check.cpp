// SPDX-License-Identifier: GPL-2.0
// Who marks the sockets that swap goes through, so that they may use the reserve.
#include <fmt/format.h>

#include "live/doctor/checks.h"

namespace netswap::live::doctor {

namespace {

bool kernel_marks(Transport transport) {
    switch (transport) {
    case Transport::nbd:
    case Transport::iscsi:
    case Transport::nvme_fabrics: // TCP; RDMA has no sockets to mark
    case Transport::nfs:
        return true;
    case Transport::rbd:
    case Transport::drbd:
    case Transport::ublk:
    case Transport::other:
        break;
    }
    return false;
}

} // namespace

Findings check_marks(const Machine &machine) {
    Findings out;
    bool by_kernel = false;
    for (const auto &area : machine.swaps.network) {
        by_kernel |= kernel_marks(area.transport);
        if (!kernel_marks(area.transport))
            out.push_back(
                {"mark.transport",
                 machine.module_loaded("netswap_mark") ? Severity::note : Severity::warning,
                 fmt::format("{} is on {} ({}), whose sockets the kernel never marks", area.name,
                             area.device, to_string(area.transport)),
                 "an unmarked socket gets nothing from the reserve when swap needs it "
                 "most",
                 machine.module_loaded("netswap_mark")
                     ? "netswap sockets"
                     : "modprobe netswap_mark, then netswap mark --pid PID --fd FD"});
    }
    const auto marked = machine.sys("kernel/memreserve/marked_sockets");
    if (!marked || !by_kernel)
        return out;
    if (*marked == "0")
        out.push_back({"mark.count", Severity::fatal,
                       "network swap is active and no socket is marked",
                       "packets of swap are dropped once memory is short",
                       "swapoff, connect again, and look at the kernel's log"});
    else
        out.push_back({"mark.count", Severity::ok, *marked + " sockets are marked", "", ""});
    return out;
}

} // namespace netswap::live::doctor
