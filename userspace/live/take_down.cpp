// SPDX-License-Identifier: GPL-2.0
#include "live/take_down.h"

#include <algorithm>
#include <atomic>
#include <chrono>
#include <thread>

#include <fmt/format.h>

namespace netswap::live {

namespace {

using namespace std::chrono_literals;

constexpr auto look_every = 200ms;

const SwapEntry *find(const std::vector<SwapEntry> &swaps, const std::string &device) {
    const auto at = std::find_if(swaps.begin(), swaps.end(),
                                 [&](const SwapEntry &entry) { return entry.device == device; });
    return at == swaps.end() ? nullptr : &*at;
}

Status check_room(Machine &machine, const SwapEntry &area) {
    const auto level = machine.memory();
    if (!level)
        return tl::unexpected(level.error());
    const auto others_free = level->swap_free - std::min(level->swap_free, area.bytes - area.used);
    const auto room = level->available + others_free;
    if (area.used <= room)
        return {};
    return fail(fmt::format("{} holds {} MiB, but only {} MiB of memory and other swap are free; "
                            "end programs first, or --force",
                            area.device, area.used >> 20, room >> 20));
}

/// swapoff blocks for as long as it takes; somebody else tells how far it is.
Status swap_off(Machine &machine, const std::string &device, const DownProgress &progress) {
    std::atomic<bool> done{false};
    std::thread teller([&] {
        while (!done) {
            const auto swaps = machine.swaps();
            if (const auto *entry = swaps ? find(*swaps, device) : nullptr)
                progress(entry->used);
            for (auto left = look_every; left > 0ms && !done; left -= 20ms)
                std::this_thread::sleep_for(20ms);
        }
    });
    auto ok = machine.swap_off(device);
    done = true;
    teller.join();
    return ok;
}

} // namespace

Result<DownReport> take_down(Machine &machine, const AreaState &state, bool others,
                             const DownOptions &options, const DownProgress &progress) {
    if (auto ok = machine.check_privilege(); !ok)
        return tl::unexpected(ok.error());
    DownReport report;
    const auto swaps = machine.swaps();
    if (!swaps)
        return tl::unexpected(swaps.error());
    const bool ours = machine.backend_of(state.index) == state.backend;
    if (const auto *area = find(*swaps, state.device); area != nullptr && ours) {
        if (!options.force)
            if (auto ok = check_room(machine, *area); !ok)
                return tl::unexpected(ok.error());
        report.brought_back = area->used;
        if (auto ok = swap_off(machine, state.device, progress); !ok)
            return tl::unexpected(ok.error());
    }
    // Not before: it reconnects while pages come back.
    if (auto ok = machine.stop_keeper(state.name); !ok)
        return tl::unexpected(ok.error());
    if (!ours)
        report.warnings.push_back(
            fmt::format("{} is not this area's device any more; left alone", state.device));
    else if (auto ok = machine.disconnect_device(state.index); !ok)
        return tl::unexpected(ok.error());
    const auto warn = [&](const Status &status) {
        if (!status)
            report.warnings.push_back(status.error().message);
    };
    warn(machine.restore_reserve(state));
    if (!others)
        for (auto module = state.modules_loaded.rbegin(); module != state.modules_loaded.rend();
             ++module)
            warn(machine.unload_module(*module));
    machine.remove_state(state.name);
    return report;
}

} // namespace netswap::live
