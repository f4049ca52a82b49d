// SPDX-License-Identifier: GPL-2.0
// netswapd, one for each area: there, locked, spared, and granted what it needs to reconnect?
#include <cstring>
#include <memory>

#include <fmt/format.h>

#include "lib/text.h"
#include "live/doctor/checks.h"
#include "live/live_page.h"
#include "live/view/area_check.h"

namespace netswap::live::doctor {

namespace {

Findings keeper_findings(const Machine &machine, const AreaState &area) {
    const auto file = machine.paths.run(area.name + page_ending);
    const auto content = read_file(file);
    const auto start =
        fmt::format("systemctl start netswapd@{}, or netswapd {} --detach", area.name, area.name);
    const std::string why = "nobody replaces a connection that is lost";
    const Findings never{{"daemon.running", Severity::warning,
                          area.name + ": no netswapd has run for it", why, start}};
    if (!can_be_kept(area))
        return {{"daemon.running", Severity::warning,
                 area.name + ": nbd-client connected it, so no netswapd can keep it", why,
                 fmt::format("netswap down {}, then up without --via nbd-client", area.name)}};
    if (!content || content->size() < sizeof(LivePage))
        return never;
    auto page = std::make_unique<LivePage>();
    std::memcpy(static_cast<void *>(page.get()), content->data(), sizeof(LivePage));
    if (page->magic != live_magic || page->version != live_version)
        return {{"daemon.running", Severity::warning, file + " is not this version's", why, start}};
    const int pid = page->pid.load();
    if (pid == 0) // the page is as `netswap up` made it
        return never;
    const auto audit = audit_process(machine.paths, pid);
    // The kernel cuts names off after 15 characters; a number may have been used again.
    if (!audit || audit->name != "netswapd")
        return {{"daemon.running", Severity::warning,
                 fmt::format("{}: netswapd ({}) has ended", area.name, pid), why, start}};
    Findings out;
    const auto who = fmt::format("{}: netswapd ({})", area.name, pid);
    if (!audit->locked())
        out.push_back({"daemon.locked", Severity::fatal,
                       fmt::format("{}: {}", who, audit->lock_text()),
                       "when the connection is lost its own pages may be in the area that it is to "
                       "bring back",
                       "LimitMEMLOCK=infinity in the unit, then restart it"});
    if (audit->oom_score_adj > -1000)
        out.push_back({"daemon.oom", Severity::warning,
                       fmt::format("{}: oom_score_adj is {}", who, audit->oom_score_adj),
                       "the OOM killer may take it when it is needed most",
                       fmt::format("echo -1000 > /proc/{}/oom_score_adj", pid)});
    if (page->grant.load() == KeeperGrant::none || !audit->unflagged(machine.flusher_flags).empty())
        out.push_back({"daemon.grant", Severity::fatal, who + ": no IO_FLUSHER",
                       "to reconnect it may have to wait for swap-out, which waits for it",
                       "run it with CAP_SYS_RESOURCE (as root)"});
    if (out.empty())
        out.push_back({"daemon.running", Severity::ok,
                       fmt::format("{}: {}, IO_FLUSHER, oom_score_adj {}", who, audit->lock_text(),
                                   audit->oom_score_adj),
                       "", ""});
    return out;
}

} // namespace

Findings check_keepers(const Machine &machine) {
    Findings out;
    for (const auto &area : machine.areas)
        for (auto &finding : keeper_findings(machine, area))
            out.push_back(std::move(finding));
    return out;
}

} // namespace netswap::live::doctor
