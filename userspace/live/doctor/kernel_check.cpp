// SPDX-License-Identifier: GPL-2.0
// What kernel this is, and what of it is known to hang.
#include <fmt/format.h>

#include "lib/text.h"
#include "live/doctor/checks.h"

namespace netswap::live::doctor {

namespace {

constexpr std::array groups{"gfp", "slab", "sock", "throttle", "refill"};

Finding hooked_kernel(const Machine &machine) {
    std::vector<std::string> answers;
    std::vector<std::string> bare;
    int modules = 0;
    for (const std::string group : groups) {
        const auto who = machine.answerer(group);
        answers.push_back(group + " " + who);
        modules += who.compare(0, 7, "module:") == 0;
        if (who == "bare")
            bare.push_back(group);
    }
    Finding finding{"kernel.hooks", Severity::ok,
                    fmt::format("{}: hooked; {}", machine.release, join(answers, ", ")), "", ""};
    if (!bare.empty()) {
        finding.severity = Severity::fatal;
        finding.why = "with " + join(bare, ", ") +
                      " answered as before 2012, network swap hangs within seconds";
        finding.remedy = "boot without memreserve=bare, or load the modules that answer";
    } else if (modules < static_cast<int>(groups.size())) {
        finding.severity = Severity::note;
        finding.why = "what no module answers, the kernel answers as mainline does";
        finding.remedy = "modprobe -a netswap gfp_memalloc pfmemalloc_slab sock_memalloc "
                         "reclaim_throttle rx_reserve";
    }
    return finding;
}

} // namespace

bool refill_is_cured(const Machine &machine) {
    return machine.module_loaded("netswap_guard") ||
           machine.answerer("refill").compare(0, 7, "module:") == 0;
}

Findings check_kernel(const Machine &machine) {
    Findings out;
    if (machine.hooked)
        out.push_back(hooked_kernel(machine));
    else
        out.push_back({"kernel.hooks", Severity::note,
                       machine.release + ": no hooks, mainline's own protection",
                       "mainline neither keeps a share of the reserve for receive nor fills every "
                       "receive ring from it",
                       "boot a hooked kernel, or load netswap_guard where nic.refill asks for it"});
    const auto boost = machine.sysctl("vm/watermark_boost_factor");
    if (!boost)
        return out;
    if (*boost == 0 && !refill_is_cured(machine))
        out.push_back({"kernel.boost", Severity::warning, "vm.watermark_boost_factor is 0",
                       "the boost keeps up to 1024 pages more free and hides the refill hang: "
                       "without it mainline 6.12 hung in 12 of 12 storms",
                       "sysctl -w vm.watermark_boost_factor=15000"});
    else
        out.push_back({"kernel.boost", Severity::ok,
                       fmt::format("vm.watermark_boost_factor is {}", *boost), "", ""});
    return out;
}

Findings check_all(const Machine &machine) {
    auto out = machine.broken;
    for (const auto &check : checks)
        for (auto &finding : check.run(machine))
            out.push_back(std::move(finding));
    return out;
}

} // namespace netswap::live::doctor
