// SPDX-License-Identifier: GPL-2.0
#include <algorithm>

#include <fmt/format.h>

#include "live/view/area_check.h"
#include "live/view/status.h"
#include "live/view/units.h"

namespace netswap::live {

namespace {

constexpr double ns = 1e-9;

void line(std::string &out, std::string_view key, const std::string &value) {
    out += fmt::format("  {:<12}{}\n", key, value);
}

void add_problems(std::string &out, const std::vector<Problem> &problems) {
    for (const auto &problem : problems)
        line(out, "PROBLEM",
             problem.remedy.empty() ? problem.text
                                    : fmt::format("{}; {}", problem.text, problem.remedy));
}

std::string daemon_text(const KeeperView &keeper, const std::string &word) {
    if (keeper.presence != KeeperPresence::running)
        return word;
    auto text = fmt::format("{}, pid {}, {}", word, keeper.pid,
                            keeper.locked ? "locked in memory" : "NOT locked in memory");
    text += keeper.grant == KeeperGrant::none
                ? ", no right to the reserve"
                : fmt::format(", reserve by {}", to_string(keeper.grant));
    if (keeper.heap_calls != 0)
        text += fmt::format(", {} allocations since its start", keeper.heap_calls);
    return text;
}

std::string recovery_text(const KeeperView &keeper) {
    if (keeper.reconnects == 0)
        return fmt::format("none, {} failed attempts", keeper.attempts_failed);
    return fmt::format("{}, {} failed attempts; last recovery {}, worst {}", keeper.reconnects,
                       keeper.attempts_failed,
                       duration_text(static_cast<double>(keeper.last_recovery_ns) * ns),
                       duration_text(static_cast<double>(keeper.worst_recovery_ns) * ns));
}

std::string area_block(const AreaView &area, const Snapshot &snapshot, const Rates &rates) {
    if (!area.state) {
        std::string out = area.name + "\n";
        add_problems(out, area.problems);
        return out;
    }
    const auto &state = *area.state;
    std::string out = fmt::format("{}  {}  {}\n", area.name, state.device, state.uri);
    const auto up_s = std::max<std::int64_t>(snapshot.at.wall_s - state.up_since, 0);
    line(out, "up",
         fmt::format("{}, since {}, by {}", duration_text(static_cast<double>(up_s)),
                     date_text(state.up_since), state.via));
    add_problems(out, area.problems);
    if (!area.ours)
        return out;
    line(out, "connections", conns_text(area));
    line(out, "daemon",
         can_be_kept(state) ? daemon_text(area.keeper, keeper_word(area))
                            : "none: what nbd-client connects, nobody can reconnect");
    if (area.keeper.has_numbers())
        line(out, "reconnects", recovery_text(area.keeper));
    if (area.swap)
        line(out, "swap",
             fmt::format("{} of {} used, priority {}", size_text(area.swap->used),
                         size_text(area.swap->bytes), area.swap->prio));
    if (const auto *flow = rates.area(area.name))
        line(out, "rate",
             fmt::format("in {}/s, out {}/s, {} requests in flight",
                         size_text(static_cast<std::uint64_t>(flow->in)),
                         size_text(static_cast<std::uint64_t>(flow->out)),
                         area.device.read->in_flight + area.device.write->in_flight));
    return out;
}

std::string reserve_text(const Snapshot &snapshot) {
    const auto &machine = snapshot.machine;
    const auto bytes = [&](std::uint64_t pages) { return size_text(pages * machine.page_bytes); };
    auto text =
        fmt::format("{} of {} left", bytes(machine.reserve_pages()), bytes(machine.min_pages()));
    if (const auto lowest = snapshot.lowest_free())
        text += fmt::format(", lowest free level {}", bytes(*lowest));
    else if (snapshot.family && snapshot.family->counter("gfp_memalloc.lowest_free"))
        text += ", never used";
    if (snapshot.family && snapshot.family->emergency_pages.value_or(0) != 0)
        text += fmt::format(", emergency pool {}", bytes(*snapshot.family->emergency_pages));
    return text;
}

std::string machine_block(const Snapshot &snapshot) {
    std::string kind = snapshot.protection.hooked ? "hooked kernel" : "stock kernel";
    if (snapshot.family && !snapshot.family->policy.empty())
        kind += ", policy " + snapshot.family->policy;
    auto out = fmt::format("machine  {}\n", kind);
    line(out, "reserve", reserve_text(snapshot));
    auto throttled = fmt::format("{} times", snapshot.throttled());
    if (const auto us = snapshot.throttled_us())
        throttled += ", " + duration_text(static_cast<double>(*us) * 1e-6);
    line(out, "throttled", throttled);

    std::string dropped;
    for (const auto &[reason, count] : drops(snapshot))
        dropped += fmt::format("{}{} {}", dropped.empty() ? "" : ", ", reason, count);
    line(out, "drops", dropped.empty() ? "not counted by this kernel" : dropped);

    if (const auto marked = snapshot.marked_sockets())
        line(out, "marked", fmt::format("{} sockets", *marked));
    else
        line(out, "marked", "by the kernel itself, not counted");
    line(out, "answers", answerers_text(snapshot.protection));
    if (!snapshot.protection.guard.empty()) {
        std::string counts;
        for (const auto &[name, value] : snapshot.protection.guard)
            counts += fmt::format("{}{} {}", counts.empty() ? "" : ", ",
                                  name.substr(name.find('.') + 1), value);
        line(out, "guard", counts);
    }
    add_problems(out, snapshot.problems);
    return out;
}

} // namespace

std::string keeper_word(const AreaView &area) {
    if (area.state && !can_be_kept(*area.state))
        return "none";
    if (area.keeper.presence == KeeperPresence::damaged)
        return "unreadable";
    if (area.keeper.presence != KeeperPresence::running)
        return "not running";
    for (const auto &problem : area.problems)
        if (problem.code == "daemon_silent")
            return "stuck";
    return to_string(area.keeper.state);
}

std::string conns_text(const AreaView &area) {
    if (area.keeper.presence == KeeperPresence::running)
        return fmt::format("{} of {} up", area.keeper.conns_up, area.keeper.conns);
    return fmt::format("{} made, nobody watches them", area.state ? area.state->conns : 0);
}

std::string answerers_text(const ProtectionView &protection) {
    std::string text;
    for (const auto &one : protection.protections)
        text += fmt::format("{}{} {}", text.empty() ? "" : ", ", one.question, one.answerer);
    return text;
}

std::string status_text(const Snapshot &snapshot, const Rates &rates) {
    std::string out;
    for (const auto &area : snapshot.areas)
        out += area_block(area, snapshot, rates) + "\n";
    return out + machine_block(snapshot);
}

} // namespace netswap::live
