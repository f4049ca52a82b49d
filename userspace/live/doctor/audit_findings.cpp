// SPDX-License-Identifier: GPL-2.0
// What is wrong with one process whose work swap-out waits for.
#include <fmt/format.h>

#include "live/doctor/checks.h"

namespace netswap::live::doctor {

Findings audit_findings(const ProcessAudit &audit, std::uint64_t flusher_flags,
                        const std::string &id, const std::string &role) {
    Findings out;
    const auto who = fmt::format("{} {} ({})", role, audit.name, audit.pid);
    if (const auto without = audit.unflagged(flusher_flags); !without.empty())
        out.push_back({id + ".io_flusher", Severity::fatal,
                       fmt::format("{}: threads without IO_FLUSHER: {}", who, without),
                       "a thread that needs memory then reclaims, and waits for the swap-out that "
                       "it is to serve itself",
                       "start it with netswap run -- (a flag of the thread, nobody else can set "
                       "it)"});
    if (audit.swapped_kb > 0)
        out.push_back({id + ".swapped", Severity::fatal,
                       fmt::format("{}: {} KiB of it are in swap", who, audit.swapped_kb),
                       "it must read back its own pages to serve the read that would bring them",
                       "swapoff -a brings them back; then start it with netswap run --"});
    if (!audit.memory_stays())
        out.push_back({id + ".memory", Severity::fatal,
                       fmt::format("{}: {}, and its cgroup may swap", who, audit.lock_text()),
                       "its own memory can be swapped out to the area that it serves",
                       "start it with netswap run --, or nbdkit with --swap; in a unit "
                       "MemorySwapMax=0"});
    if (audit.oom_score_adj > -1000)
        out.push_back({id + ".oom", Severity::warning,
                       fmt::format("{}: oom_score_adj is {}", who, audit.oom_score_adj),
                       "the OOM killer may take it, and every page in its area with it",
                       fmt::format("echo -1000 > /proc/{}/oom_score_adj", audit.pid)});
    if (out.empty())
        out.push_back({id, Severity::ok,
                       fmt::format("{}: {} threads with IO_FLUSHER, {}{}, "
                                   "oom_score_adj {}",
                                   who, audit.threads.size(), audit.lock_text(),
                                   audit.unswappable_cgroup.empty()
                                       ? ""
                                       : ", no swap for cgroup " + audit.unswappable_cgroup,
                                   audit.oom_score_adj),
                       "", ""});
    return out;
}

} // namespace netswap::live::doctor
