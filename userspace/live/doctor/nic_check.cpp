// SPDX-License-Identifier: GPL-2.0
// Can the card that leads to the server fill its receive ring when memory is short?
#include <fmt/format.h>

#include "lib/text.h"
#include "live/doctor/checks.h"
#include "live/doctor/nic_drivers.h"

namespace netswap::live::doctor {

namespace {

constexpr const char *id = "nic.refill";
constexpr const char *raise = "netswap plan (a larger reserve), or a hooked kernel with rx_reserve";

/// Releases in which the hang was seen: 6.1 to 6.12. Later ones were not tried.
bool was_tried(const std::string &release) {
    const auto parts = split(release, '.');
    const auto major = parse_number(parts.front());
    const auto minor =
        parts.size() > 1
            ? parse_number(parts[1].substr(0, parts[1].find_first_not_of("0123456789")))
            : std::nullopt;
    return major && minor && (*major < 6 || (*major == 6 && *minor <= 12));
}

Finding hanging_worker(const Machine &machine, const std::string &what) {
    const bool tried = was_tried(machine.release);
    return {id, machine.meant() && tried ? Severity::fatal : Severity::warning,
            what + ": no netswap_guard, and its refill cannot use the reserve",
            "the worker that fills the ring then waits for swap-out while receive is off, so no "
            "acknowledgement arrives: mainline up to 6.12 hangs so" +
                std::string(tried ? "" : "; " + machine.release + " was not tried"),
            machine.hooked ? "modprobe -a netswap rx_reserve" : "modprobe netswap_guard"};
}

Finding refill_finding(const Machine &machine, const Nic &nic) {
    const auto what = fmt::format("{} ({})", nic.interface, nic.driver);
    const bool rx_reserve = machine.answerer("refill").compare(0, 7, "module:") == 0;
    if (rx_reserve)
        return {id, Severity::ok, what + ": rx_reserve fills its ring from the reserve", "", ""};
    switch (refill_of(nic.driver)) {
    case Refill::helper:
        return {id, Severity::ok, what + ": its refill may use the reserve", "", ""};
    case Refill::copies:
        return {id, Severity::ok, what + ": its ring keeps its buffers", "", ""};
    case Refill::worker:
        if (machine.module_loaded("netswap_guard"))
            return {id, Severity::ok, what + ": netswap_guard lets its refill use the reserve", "",
                    ""};
        return hanging_worker(machine, what);
    case Refill::ungranted:
        return {id, machine.meant() ? Severity::warning : Severity::note,
                what + ": its refill cannot use the reserve",
                "under pressure the ring runs dry, and acknowledgements of swap wait until others "
                "give memory back",
                raise};
    case Refill::unknown:
        break;
    }
    return {id, Severity::note,
            nic.driver.empty() ? nic.interface + ": no driver of its own (a virtual device)"
                               : what + ": netswap does not know how this driver fills its ring",
            "a ring that cannot be filled from the reserve stops swap when memory is short",
            "netswap storm --nic shows known ones; with an unknown one leave a larger reserve "
            "(netswap plan)"};
}

} // namespace

Findings check_nics(const Machine &machine) {
    Findings out;
    for (const auto &nic : machine.nics)
        out.push_back(refill_finding(machine, nic));
    return out;
}

} // namespace netswap::live::doctor
