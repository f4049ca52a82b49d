// SPDX-License-Identifier: GPL-2.0
#include "live/take_down.h"

#include <algorithm>
#include <atomic>
#include <chrono>
#include <thread>

#include <fmt/format.h>

#include "live/area_device.h"
#include "live/shared_parts.h"

namespace netswap::live {

namespace {

using namespace std::chrono_literals;

constexpr auto look_every = 200ms;
constexpr auto tell_every = 30s;

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
            if (const auto *entry = swaps ? find_swap(*swaps, device) : nullptr; entry && progress)
                progress(entry->used);
            for (auto left = look_every; left > 0ms && !done; left -= 20ms)
                std::this_thread::sleep_for(20ms);
        }
    });
    Status ok;
    while (true) {
        ok = machine.swap_off(device);
        // No error, but there still: somebody else, the service manager perhaps, is at it. Until
        // that is done its pages are on the server.
        const auto swaps = machine.swaps();
        if (ok && !swaps)
            ok = tl::unexpected(swaps.error());
        if (!ok || find_swap(*swaps, device) == nullptr)
            break;
        std::this_thread::sleep_for(look_every);
    }
    done = true;
    teller.join();
    return ok;
}

/// Brings all pages of the area back; the bytes that were out when it began.
Result<std::uint64_t> bring_back(Machine &machine, const std::string &device,
                                 const DownOptions &options, const DownProgress &progress,
                                 const DownWaits &waits) {
    auto told = std::chrono::steady_clock::time_point::min();
    while (true) {
        const auto swaps = machine.swaps();
        if (!swaps)
            return tl::unexpected(swaps.error());
        const auto *area = find_swap(*swaps, device);
        if (area == nullptr)
            return 0;
        auto ok = options.force ? Status{} : check_room(machine, *area);
        if (ok)
            ok = swap_off(machine, device, progress);
        if (ok)
            return area->used;
        if (!options.wait)
            return tl::unexpected(ok.error());
        const auto now = std::chrono::steady_clock::now();
        if (waits &&
            (told == std::chrono::steady_clock::time_point::min() || now - told >= tell_every)) {
            waits(ok.error().message);
            told = now;
        }
        std::this_thread::sleep_for(look_every);
    }
}

/// An `up` that was killed may not have come to write down which device it got.
AreaState with_device(Machine &machine, AreaState state) {
    if (state.index >= 0 || state.backend.empty())
        return state;
    state.index = machine.device_with(state.backend);
    if (state.index >= 0)
        state.device = fmt::format("/dev/nbd{}", state.index);
    return state;
}

} // namespace

Result<DownReport> take_down(Machine &machine, const AreaState &known, const DownOptions &options,
                             const DownProgress &progress, const DownWaits &waits) {
    const auto state = with_device(machine, known);
    if (auto ok = machine.check_privilege(); !ok)
        return tl::unexpected(ok.error());
    DownReport report;
    const auto is_mine = is_ours(machine, state);
    if (!is_mine)
        return tl::unexpected(is_mine.error());
    const bool ours = *is_mine;
    report.removed = ours && is_removed(machine, state);
    bool connected = ours;
    if (ours) {
        // What cannot be read any more takes no room.
        const DownOptions how{.force = options.force || report.removed, .wait = options.wait};
        const auto back = bring_back(machine, state.device, how,
                                     report.removed ? DownProgress{} : progress, waits);
        if (!back)
            return tl::unexpected(back.error());
        // With the last user of such a device the kernel forgets whose it was.
        connected = state.backend.empty() || machine.backend_of(state.index) == state.backend;
        report.removed = report.removed || !connected || is_removed(machine, state);
        (report.removed ? report.lost : report.brought_back) = *back;
    }
    if (report.lost > 0)
        report.warnings.push_back(fmt::format(
            "{} had been disconnected by somebody else: of {} KiB on it, what was nowhere else is "
            "lost, and programs that need it die of SIGBUS",
            state.device, report.lost >> 10));
    // Not before: it reconnects while pages come back.
    if (auto ok = machine.stop_keeper(state.name); !ok)
        return tl::unexpected(ok.error());
    if (connected) {
        if (auto ok = machine.disconnect_device(state.index); !ok)
            return tl::unexpected(ok.error());
    } else if (!ours && state.index >= 0) {
        report.warnings.push_back(
            state.backend.empty()
                ? fmt::format("{} is no swap, so it may be somebody else's by now; left alone "
                              "(nbd-client -d {} disconnects it)",
                              state.device, state.device)
                : fmt::format("{} is not this area's device any more; left alone", state.device));
    }
    const auto warn = [&](const Status &status) {
        if (!status)
            report.warnings.push_back(status.error().message);
    };
    warn(return_reserve(machine, state));
    for (auto &warning : forget_area(machine, state))
        report.warnings.push_back(std::move(warning));
    return report;
}

} // namespace netswap::live
