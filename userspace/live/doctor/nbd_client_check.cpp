// SPDX-License-Identifier: GPL-2.0
// nbd-client processes that promise to protect swap and may not.
#include <algorithm>

#include <fmt/format.h>

#include "live/doctor/checks.h"

namespace netswap::live::doctor {

namespace {

bool has(const Process &process, std::initializer_list<const char *> words) {
    return std::any_of(process.arguments.begin(), process.arguments.end(), [&](const auto &word) {
        return std::any_of(words.begin(), words.end(), [&](const auto *want) {
            return word == want || word == std::string("-") + want;
        });
    });
}

} // namespace

Findings check_nbd_client(const Machine &machine) {
    Findings out;
    for (const auto &process : machine.processes) {
        if (process.name != "nbd-client" || !has(process, {"-swap", "-s"}))
            continue;
        const auto audit = audit_process(machine.paths, process.pid);
        if (!audit)
            continue;
        const auto who = fmt::format("nbd-client -swap ({})", process.pid);
        if (!audit->locked())
            out.push_back({"nbd-client.locked", Severity::warning,
                           fmt::format("{}: {}", who, audit->lock_text()),
                           "it locks itself before it goes to the background, which undoes the "
                           "lock: its pages may be in the area that it is to reconnect",
                           "swapoff, and use netswap up, which needs no such process"});
        if (audit->oom_score_adj > -1000)
            out.push_back({"nbd-client.oom", Severity::warning,
                           fmt::format("{}: oom_score_adj is {}", who, audit->oom_score_adj),
                           "if the OOM killer takes it, the device is disconnected",
                           fmt::format("echo -1000 > /proc/{}/oom_score_adj", process.pid)});
    }
    return out;
}

} // namespace netswap::live::doctor
