// SPDX-License-Identifier: GPL-2.0
// Swap on other network transports: does a lost server end in I/O errors?
#include <filesystem>

#include <fmt/format.h>

#include "lib/text.h"
#include "live/doctor/checks.h"

namespace netswap::live::doctor {

namespace {

constexpr const char *why =
    "a server that is away longer means I/O errors, and pages that cannot be read back kill the "
    "processes they belong to";

Finding iscsi(const Machine &machine, const NetworkSwap &area) {
    std::string session;
    for (const auto &part : std::filesystem::path(area.detail))
        if (part.string().compare(0, 7, "session") == 0)
            session = part;
    const auto file = "class/iscsi_session/" + session + "/recovery_tmo";
    const auto seconds = parse_number(machine.sys(file).value_or(""));
    if (!seconds)
        return {"swap.iscsi", Severity::note,
                fmt::format("{} is on iSCSI {}, whose recovery time cannot be read", area.name,
                            session),
                why, "cat " + machine.paths.sys(file)};
    // 0 fails at once, a negative value never does.
    if (*seconds >= 0)
        return {
            "swap.iscsi", Severity::warning,
            fmt::format("{} is on iSCSI {}: recovery_tmo is {} s", area.name, session, *seconds),
            why, "set node.session.timeo.replacement_timeout = -1 in iscsid.conf"};
    return {"swap.iscsi", Severity::ok,
            fmt::format("{}: iSCSI {} never gives up", area.name, session), "", ""};
}

Finding nvme(const Machine &machine, const NetworkSwap &area) {
    const auto limit = machine.sys("class/nvme/" + area.detail + "/ctrl_loss_tmo").value_or("?");
    if (limit == "off" || limit == "-1")
        return {"swap.nvme", Severity::ok,
                fmt::format("{}: {} never gives up", area.name, area.detail), "", ""};
    return {"swap.nvme", Severity::warning,
            fmt::format("{} is on {}: ctrl_loss_tmo is {} s", area.name, area.detail, limit), why,
            fmt::format("echo -1 > /sys/class/nvme/{}/ctrl_loss_tmo", area.detail)};
}

Finding nfs(const NetworkSwap &area) {
    for (const auto option : split(area.detail, ','))
        if (option == "soft" || option == "softerr")
            return {"swap.nfs", Severity::fatal,
                    fmt::format("{} is on NFS at {}, mounted {}", area.name, area.device, option),
                    why, "mount it with -o hard"};
    return {"swap.nfs", Severity::ok,
            fmt::format("{}: NFS at {}, mounted hard", area.name, area.device), "", ""};
}

} // namespace

Findings check_transports(const Machine &machine) {
    Findings out;
    for (const auto &area : machine.swaps.network) {
        switch (area.transport) {
        case Transport::iscsi:
            out.push_back(iscsi(machine, area));
            break;
        case Transport::nvme_fabrics:
            out.push_back(nvme(machine, area));
            break;
        case Transport::nfs:
            out.push_back(nfs(area));
            break;
        case Transport::nbd:
        case Transport::rbd:
        case Transport::drbd:
        case Transport::ublk:
        case Transport::other:
            break;
        }
    }
    return out;
}

} // namespace netswap::live::doctor
