// SPDX-License-Identifier: GPL-2.0
#include "live/view/snapshot.h"

#include <algorithm>
#include <ctime>

#include "lib/text.h"
#include "live/view/area_check.h"
#include "live/view/interrupted.h"

namespace netswap::live {

namespace {

/// A daemon knows by itself, and says so to its end.
bool is_removed(const AreaView &view, NbdView &nbd) {
    if (view.keeper.has_numbers() && view.keeper.state == KeeperState::removed)
        return true;
    return view.keeper.presence != KeeperPresence::running && view.ours &&
           !view.state->backend.empty() && nbd.removed(*view.state);
}

AreaView read_area(const Sources &sources, const std::string &name,
                   const std::vector<SwapEntry> &swaps, const Instant &now) {
    const auto &paths = sources.paths;
    AreaView view;
    view.name = name;
    auto state = read_area_state(paths, name);
    if (!state) {
        view.problems.push_back({"damaged_state", state.error().message, ""});
        return view;
    }
    view.state = std::move(*state);
    view.device = read_device(paths, view.state->index);
    view.ours = view.device.connected &&
                (!view.device.backend || *view.device.backend == view.state->backend);
    if (view.ours)
        for (const auto &swap : swaps)
            if (swap.device == view.state->device)
                view.swap = swap;
    view.keeper = read_keeper(paths, name);
    view.removed = is_removed(view, sources.nbd);
    view.problems = check_area(view, now);
    return view;
}

} // namespace

Instant SystemViewClock::now() const {
    timespec mono{};
    ::clock_gettime(CLOCK_MONOTONIC, &mono);
    return {static_cast<std::int64_t>(std::time(nullptr)),
            static_cast<std::uint64_t>(mono.tv_sec) * 1'000'000'000ULL +
                static_cast<std::uint64_t>(mono.tv_nsec)};
}

bool Snapshot::healthy() const {
    return problems.empty() && std::all_of(areas.begin(), areas.end(), [](const AreaView &area) {
               return area.problems.empty();
           });
}

std::optional<std::uint64_t> Snapshot::lowest_free() const {
    const auto level = family ? family->counter("gfp_memalloc.lowest_free") : std::nullopt;
    return level && *level != UINT64_MAX ? level : std::nullopt; // never below min yet
}

std::optional<std::uint64_t> Snapshot::marked_sockets() const {
    return family ? family->marked_sockets : std::nullopt;
}

std::uint64_t Snapshot::throttled() const {
    const auto counted = family ? family->counter("reclaim_throttle.throttled") : std::nullopt;
    return counted.value_or(machine.throttled);
}

std::optional<std::uint64_t> Snapshot::throttled_us() const {
    return family ? family->counter("reclaim_throttle.waited_us") : std::nullopt;
}

CounterList drops(const Snapshot &snapshot) {
    CounterList list;
    if (snapshot.family)
        for (const std::string reason : {"socket", "protocol"})
            if (const auto value = snapshot.family->counter("sock_memalloc.skb_dropped_" + reason))
                list.emplace_back(reason, *value);
    for (const auto &[field, value] : snapshot.machine.tcp)
        if (field == "PFMemallocDrop")
            list.emplace_back("filter", value);
    return list;
}

Result<Snapshot> take_snapshot(const Sources &sources, const std::string &name) {
    Snapshot snapshot;
    snapshot.at = sources.clock.now();
    auto names = area_names(sources.paths);
    const auto interrupted = interrupted_areas(sources.paths, name);
    if (!name.empty() && !interrupted.empty()) {
        names.clear();
    } else if (!name.empty()) {
        if (std::find(names.begin(), names.end(), name) == names.end()) {
            auto missing = read_area_state(sources.paths, name);
            return missing ? fail(name + ": not to be listed") : tl::unexpected(missing.error());
        }
        names = {name};
    }
    auto machine = read_machine(sources.paths);
    if (!machine)
        return tl::unexpected(machine.error());
    snapshot.machine = std::move(*machine);
    snapshot.protection = read_protection(sources.paths);
    if (auto family = sources.family.read())
        snapshot.family = std::move(*family);
    else
        snapshot.problems.push_back({"netlink", family.error().message, ""});

    std::vector<SwapEntry> swaps;
    if (const auto text = read_file(sources.paths.proc("swaps")))
        swaps = parse_swaps(*text);
    for (const auto &area : names)
        snapshot.areas.push_back(read_area(sources, area, swaps, snapshot.at));
    snapshot.areas.insert(snapshot.areas.end(), interrupted.begin(), interrupted.end());
    return snapshot;
}

} // namespace netswap::live
