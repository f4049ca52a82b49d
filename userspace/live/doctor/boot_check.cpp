// SPDX-License-Identifier: GPL-2.0
// Does swap come after the network at boot, and go before it?
#include <filesystem>

#include <fmt/format.h>

#include "lib/text.h"
#include "live/doctor/checks.h"

namespace netswap::live::doctor {

namespace {

std::vector<std::string> fields_of(std::string_view line) {
    std::vector<std::string> out;
    for (const auto part : split(line.substr(0, line.find('#')), ' '))
        for (const auto word : split(part, '\t'))
            if (!word.empty())
                out.emplace_back(word);
    return out;
}

/// By its name alone: nothing need be up.
bool on_network(const std::string &source) {
    for (const std::string device : {"/dev/nbd", "/dev/rbd", "/dev/drbd", "/dev/ublkb"})
        if (source.compare(0, device.size(), device) == 0)
            return true;
    return false;
}

bool active_on_network(const Machine &machine, const std::string &source) {
    for (const auto &area : machine.swaps.network)
        if (area.name == source)
            return true;
    return false;
}

} // namespace

Findings check_boot(const Machine &machine) {
    Findings out;
    if (const auto fstab = read_file(machine.paths.root("/etc/fstab")))
        for (const auto line : split(*fstab, '\n')) {
            const auto fields = fields_of(line);
            if (fields.size() < 4 || fields[2] != "swap" ||
                !(on_network(fields[0]) || active_on_network(machine, fields[0])))
                continue;
            bool ordered = false;
            for (const auto option : split(fields[3], ','))
                ordered |= option == "_netdev" || option == "noauto";
            if (!ordered)
                out.push_back({"boot.fstab", Severity::warning,
                               fmt::format("/etc/fstab: swap on {} without _netdev", fields[0]),
                               "systemd then wants swap before the network that it needs: boot "
                               "waits, or breaks the loop by dropping a unit",
                               "take the line out and enable netswap@NAME, or add _netdev"});
        }
    std::error_code none;
    bool unit = false;
    for (const auto *directory :
         {"/etc/systemd/system", "/lib/systemd/system", "/usr/lib/systemd/system"})
        unit |= std::filesystem::exists(
            machine.paths.root(std::string(directory) + "/netswap@.service"), none);
    if (!machine.areas.empty() && !unit)
        out.push_back({"boot.unit", Severity::note, "netswap@.service is not installed",
                       "after a reboot the area stays down, and at shutdown nothing takes it down "
                       "before the network",
                       "install the netswap package"});
    return out;
}

} // namespace netswap::live::doctor
