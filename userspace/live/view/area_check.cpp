// SPDX-License-Identifier: GPL-2.0
#include "live/view/area_check.h"

#include <fmt/format.h>

namespace netswap::live {

namespace {

constexpr std::uint64_t second_ns = 1'000'000'000;

std::uint64_t seconds_since(std::uint64_t then_ns, const Instant &now) {
    return now.mono_ns > then_ns ? (now.mono_ns - then_ns) / second_ns : 0;
}

std::vector<Problem> stale(const AreaView &area, std::string why) {
    return {{"stale_state", std::move(why),
             fmt::format("netswap down {} clears what is left", area.name)}};
}

std::string start_daemon(const AreaView &area) {
    return fmt::format("start one: systemctl start netswapd@{}, or netswapd {} --detach", area.name,
                       area.name);
}

void check_keeper(const AreaView &area, const Instant &now, std::vector<Problem> &problems) {
    const auto &keeper = area.keeper;
    switch (keeper.presence) {
    case KeeperPresence::damaged:
        problems.push_back({"daemon_page", keeper.problem, start_daemon(area)});
        return;
    case KeeperPresence::absent:
    case KeeperPresence::ended: {
        if (area.removed)
            return; // there is nothing left to keep
        const auto *how = keeper.presence == KeeperPresence::absent ? ""
                          : keeper.state == KeeperState::stopped    ? " (it was stopped)"
                                                                    : " (it died)";
        problems.push_back(
            {"daemon_not_running",
             fmt::format("no daemon is running{}: nobody replaces a lost connection", how),
             start_daemon(area)});
        return;
    }
    case KeeperPresence::running:
        break;
    }
    if (keeper.heartbeat_ns != 0 && now.mono_ns > keeper.heartbeat_ns + silent_after_ns)
        problems.push_back(
            {"daemon_silent",
             fmt::format("the daemon (pid {}) has been stuck for {} s", keeper.pid,
                         seconds_since(keeper.heartbeat_ns, now)),
             fmt::format("restart it: systemctl restart netswapd@{}, or kill -9 {} and "
                         "netswapd {} --detach",
                         area.name, keeper.pid, area.name)});
    if (!keeper.locked && keeper.state != KeeperState::starting)
        problems.push_back({"daemon_not_locked",
                            fmt::format("the daemon (pid {}) is not locked in memory", keeper.pid),
                            "start it as root, or raise its memlock limit"});
    if (!area.removed && keeper.conns_up < keeper.conns && keeper.state != KeeperState::starting) {
        auto text = fmt::format("{} of {} connections are up", keeper.conns_up, keeper.conns);
        if (keeper.down_since_ns != 0)
            text += fmt::format(" for {} s", seconds_since(keeper.down_since_ns, now));
        if (!keeper.last_error.empty())
            text += fmt::format(" ({})", keeper.last_error);
        problems.push_back({"connections_down", text, "see to the server; the daemon goes on"});
    }
}

} // namespace

std::vector<Problem> check_area(const AreaView &area, const Instant &now) {
    const auto &state = *area.state;
    const auto &device = area.device;
    if (!device.present)
        return stale(area, fmt::format("stale state: {} is gone", state.device));
    if (!device.connected)
        return stale(area, fmt::format("stale state: {} has no server", state.device));
    if (!area.ours)
        return stale(area, fmt::format("stale state: {} belongs to '{}' now, not to '{}'",
                                       state.device, *device.backend, state.backend));
    std::vector<Problem> problems;
    if (!area.swap)
        problems.push_back({"swap_off",
                            fmt::format("{} is connected, but is no swap", state.device),
                            fmt::format("swapon {}, or netswap down {}", state.device, area.name)});
    if (area.removed)
        problems.push_back({"device_removed",
                            fmt::format("{} was disconnected by somebody else: pages that are only "
                                        "on it are lost to their programs",
                                        state.device),
                            fmt::format("netswap down {}, then up again", area.name)});
    if (can_be_kept(state))
        check_keeper(area, now, problems);
    return problems;
}

} // namespace netswap::live
