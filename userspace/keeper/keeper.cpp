// SPDX-License-Identifier: GPL-2.0
#include "keeper/keeper.h"

#include "keeper/handshake.h"

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstring>

namespace netswap::keeper {

namespace {

constexpr std::uint64_t turn_ns = ns_per_s;              // looks at least this often
constexpr std::uint64_t connect_limit_ns = 5 * ns_per_s; // for one attempt with its handshake
constexpr std::uint64_t first_pause_ns = 100 * ns_per_ms;
constexpr std::uint64_t longest_pause_ns = 2 * ns_per_s;
constexpr std::uint64_t soon_pause_ns = 500 * ns_per_ms; // while the loss is fresh
constexpr int soon_failures = 30;
constexpr std::uint64_t fence_pause_ns = 100 * ns_per_ms;
constexpr std::uint64_t housekeeping_ns = 15 * ns_per_s;
constexpr std::uint64_t no_room_pause_ns = 60 * ns_per_s;
constexpr std::uint16_t same_flags_matter = flag_read_only;
constexpr const char *why_removed = "the device was disconnected by somebody else";

using live::KeeperState;

/// Formats into a buffer of the stack.
template <typename... Args>
std::array<char, 192> text(const char *format, Args... args) {
    std::array<char, 192> out{};
    std::snprintf(out.data(), out.size(), format, args...);
    return out;
}

double seconds(std::uint64_t ns) {
    return static_cast<double>(ns) / static_cast<double>(ns_per_s);
}

/// The kernel's own word, and not that its answer was lost.
bool is_answer(int error) {
    return error != ENOBUFS && error != ETIMEDOUT && error != EPIPE;
}

} // namespace

Keeper::Keeper(World &world, const Area &area, live::LivePage &page)
    : world_(world), area_(area), page_(page), slots_(world, page, area.conns) {}

void Keeper::look() {
    if (area_.tcp)
        slots_.look();
}

void Keeper::count_dead(int links_dead) {
    if (links_dead == 0)
        return;
    page_.link_dead_events += static_cast<std::uint64_t>(std::max(links_dead, 1));
    slots_.count_dead(links_dead);
}

/// Asks until it is so; there is no way back.
bool Keeper::check_removed() {
    if (removed_ || !world_.device_removed())
        return removed_;
    removed_ = true;
    slots_.lose_all();
    page_.last_errno = 0;
    std::strncpy(page_.last_error.data(), why_removed, page_.last_error.size() - 1);
    world_.log(Level::error, text("%s: pages that are only on it are lost; take the area down, "
                                  "then up again",
                                  why_removed)
                                 .data());
    return true;
}

void Keeper::note(std::uint64_t now) {
    const int up = slots_.alive();
    page_.conns_up = static_cast<std::uint32_t>(up);
    page_.heartbeat_ns = now;
    const auto down_since = page_.down_since_ns.load();
    if (up == area_.conns) {
        if (down_since != 0)
            recovered(now);
        page_.state = KeeperState::watching;
        return;
    }
    if (down_since == 0) {
        page_.down_since_ns = now;
        next_attempt_ns_ = now;
        failures_ = 0;
        rounds_ = 0;
        fence_told_ = false;
        if (!check_removed())
            world_.log(Level::warning,
                       text("%d of %d connections lost%s", area_.conns - up, area_.conns,
                            area_.persist ? ", reconnecting" : "; persist is off")
                           .data());
    }
    page_.state = removed_         ? KeeperState::removed
                  : failures_ == 0 ? KeeperState::reconnecting
                                   : KeeperState::waiting;
}

void Keeper::recovered(std::uint64_t now) {
    const auto took = now - page_.down_since_ns.load();
    page_.down_since_ns = 0;
    page_.last_recovery_ns = took;
    page_.worst_recovery_ns = std::max(page_.worst_recovery_ns.load(), took);
    std::uint64_t times = 0;
    for (auto &slot : slots_)
        if (slot.handed_over) {
            slot.handed_over = false;
            ++times;
        }
    const auto number = page_.recoveries.fetch_add(1);
    page_.recovery_ns[number % page_.recovery_ns.size()] = took;
    page_.reconnects += times;
    failures_ = 0;
    rounds_ = 0;
    world_.log(
        Level::notice,
        text("all %d connections are up again after %.1f s", area_.conns, seconds(took)).data());
}

void Keeper::failed(const char *why, int os_error, std::uint64_t now) {
    ++page_.attempts_failed;
    page_.last_errno = os_error;
    std::strncpy(page_.last_error.data(), why, page_.last_error.size() - 1);
    // Once at first, then each time the pause has become long: not a line every two seconds.
    if (failures_ == 0 || failures_ % 64 == 63)
        world_.log(Level::warning, text("cannot reconnect: %s; trying again", why).data());
    const auto longest = failures_ < soon_failures ? soon_pause_ns : longest_pause_ns;
    const auto pause = std::min(first_pause_ns << std::min(failures_, 10), longest);
    ++failures_;
    next_attempt_ns_ = now + pause;
}

/// Checks a negotiated connection against the area and gives it to the device.
bool Keeper::take(const Attempt &attempt, Slot &slot) {
    const auto now = world_.now_ns();
    if (attempt.bytes < area_.bytes) {
        failed(text("the export has %llu bytes now, the area needs %llu",
                    static_cast<unsigned long long>(attempt.bytes),
                    static_cast<unsigned long long>(area_.bytes))
                   .data(),
               0, now);
        return false;
    }
    if ((attempt.flags ^ area_.server_flags) & same_flags_matter) {
        failed("the export is read-only now", 0, now);
        return false;
    }
    slots_.enter(slot, attempt.port);
    if (const int error = world_.hand_over(attempt.fd); error != 0) {
        if (is_answer(error))
            slots_.withdraw(slot);
        else
            slot.handed_over = true; // if it was: the table shows it with the next look
        failed(text("the kernel does not take the connection: %s", strerrordesc_np(error)).data(),
               error, now);
        return false;
    }
    slot.handed_over = slot.handed_over || !slot.alive;
    slot.alive = true; // until the table says otherwise
    slot.doubted = false;
    return true;
}

/// No table shows UNIX sockets. The kernel tells once that one is lost, to those who listen at that
/// moment, and not if it has no memory. But it takes a connection only in place of a lost one, so
/// it does no harm to offer one for each.
void Keeper::doubt(std::uint64_t now) {
    if (area_.tcp || !area_.persist || removed_)
        return;
    next_doubt_ns_ = now + housekeeping_ns;
    if (!slots_.doubt() || slots_.alive() < area_.conns)
        return;
    next_attempt_ns_ = now;
    if (stalled_)
        world_.log(Level::info, "no request ends: offering new connections, in case some are lost");
}

/// What an earlier keeper knew to be lost still is.
void Keeper::adopt() {
    if (!area_.tcp && page_.down_since_ns.load() != 0)
        slots_.count_dead(area_.conns - static_cast<int>(page_.conns_up.load()));
    doubt(world_.now_ns());
}

void Keeper::look_for_stall(std::uint64_t now) {
    Requests requests;
    if (area_.tcp || !world_.requests(requests))
        return;
    stalled_ = stall_.look(requests, now);
    if (stalled_ && now >= next_doubt_ns_)
        doubt(now);
}

/// A server that is there may have no room for more connections than it has.
void Keeper::not_connected(const Attempt &attempt, const Slot &slot) {
    const auto now = world_.now_ns();
    const bool nobody = attempt.os_error == ECONNREFUSED || attempt.os_error == ENOENT;
    if (!slot.doubted || slots_.alive() < area_.conns)
        failed(attempt.why.data(), attempt.os_error, now);
    else if (nobody || stalled_)
        slots_.lose_doubted(); // and try in earnest with the next turn
    else
        next_attempt_ns_ = now + no_room_pause_ns;
}

void Keeper::replace_dead(std::uint64_t now) {
    if (check_removed())
        return;
    if (!area_.persist) {
        next_attempt_ns_ = now + turn_ns;
        return;
    }
    if (!slots_.old_ones_are_closed()) {
        if (!fence_told_)
            world_.log(Level::info, "waiting for the server to close the old connection");
        fence_told_ = true;
        next_attempt_ns_ = now + fence_pause_ns;
        return;
    }
    for (auto &slot : slots_) {
        if (slot.alive && !slot.doubted)
            continue;
        tell_manager(world_.now_ns()); // each may take its time
        const auto attempt = world_.connect(world_.now_ns() + connect_limit_ns);
        if (attempt.fd < 0) {
            not_connected(attempt, slot);
            return;
        }
        const bool taken = take(attempt, slot);
        world_.close(attempt.fd);
        page_.heartbeat_ns = world_.now_ns();
        if (!taken) {
            slots_.lose_doubted();
            return;
        }
    }
    // A connection that the kernel did not want after all ends with our descriptor, and the next
    // look finds it so. Give it the time to, and more of it each time.
    next_attempt_ns_ =
        world_.now_ns() + std::min(first_pause_ns << std::min(rounds_, 10), longest_pause_ns);
    ++rounds_;
}

void Keeper::tell_manager(std::uint64_t now) {
    if (area_.watchdog_ns == 0 || now < next_manager_ns_)
        return;
    next_manager_ns_ = now + area_.watchdog_ns / 4;
    world_.notify("WATCHDOG=1");
}

void Keeper::housekeeping(std::uint64_t now) {
    if (now < next_housekeeping_ns_)
        return;
    next_housekeeping_ns_ = now + housekeeping_ns;
    // No table shows UNIX sockets, and the kernel says nothing of connections that are taken away.
    if (!area_.tcp)
        check_removed();
    if (world_.keep_reserve())
        world_.log(Level::notice, "vm.min_free_kbytes had been lowered; set it back");
}

Ended Keeper::run() {
    ++page_.adoptions;
    page_.conns = static_cast<std::uint32_t>(area_.conns);
    look();
    adopt();
    note(world_.now_ns());
    world_.notify("READY=1");
    world_.log(Level::info, text("keeping %d connections", area_.conns).data());
    for (;;) {
        auto now = world_.now_ns();
        if (!world_.device_is_ours())
            return Ended::device_gone;
        tell_manager(now);
        housekeeping(now);
        look_for_stall(now);
        const bool down = slots_.alive() < area_.conns || slots_.doubted();
        if (down && !removed_ && now >= next_attempt_ns_)
            replace_dead(now);
        now = world_.now_ns();
        const bool waiting = slots_.alive() < area_.conns;
        const auto until = removed_  ? now + turn_ns
                           : waiting ? std::clamp(next_attempt_ns_, now, now + turn_ns)
                           : page_.down_since_ns.load() != 0 ? now + first_pause_ns
                                                             : now + turn_ns;
        const auto wake = world_.wait(until);
        if (wake.stop) {
            if (!removed_) // that stays true
                page_.state = KeeperState::stopped;
            return Ended::stopped;
        }
        if (wake.network_changed)
            next_attempt_ns_ = world_.now_ns();
        look();
        count_dead(wake.links_dead);
        note(world_.now_ns());
    }
}

} // namespace netswap::keeper
