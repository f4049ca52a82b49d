// SPDX-License-Identifier: GPL-2.0
// RUN/NAME.live: one page that netswapd keeps mapped and up to date, and that others map to
// read. It is how the daemon says what it does without ever allocating. While it runs it holds
// an exclusive flock() on RUN/NAME.keeper, which nobody else may open: whoever can read a file
// can keep others from locking it.
#pragma once

#include <array>
#include <atomic>
#include <cstdint>

namespace netswap::live {

inline constexpr std::uint32_t live_magic = 0x6c77736e; // "nswl"
inline constexpr std::uint32_t live_version = 1;
inline constexpr int max_conns = 16;
inline constexpr const char *page_ending = ".live", *keeper_ending = ".keeper";

enum class KeeperState : std::uint32_t {
    starting = 0,
    watching = 1,     ///< all connections are up
    reconnecting = 2, ///< at least one is down
    waiting = 3,      ///< the server refuses or is not there; trying again
    stopped = 4,      ///< ended by a signal, area untouched
    removed = 5, ///< somebody disconnected the device; the kernel takes no connection any more.
                 ///< It stays when the daemon ends
};

/// How a thread of the daemon got its right to the reserve.
enum class KeeperGrant : std::uint32_t { none = 0, io_flusher = 1, reserve = 2 };

/// Native byte order; times are CLOCK_MONOTONIC in ns, 0 for never. Each member is written by
/// the daemon alone and can be read on its own at any time.
struct LivePage {
    std::uint32_t magic;
    std::uint32_t version;
    std::atomic<std::int32_t> pid;
    std::atomic<KeeperState> state;
    std::atomic<KeeperGrant> grant;
    std::atomic<std::uint32_t> locked;           ///< 1: mlockall succeeded
    std::atomic<std::uint64_t> started_ns;       ///< this daemon
    std::atomic<std::uint64_t> heartbeat_ns;     ///< last turn of its loop
    std::atomic<std::uint32_t> conns;            ///< connections wanted
    std::atomic<std::uint32_t> conns_up;         ///< connections seen alive
    std::atomic<std::uint64_t> adoptions;        ///< daemons that took over this area
    std::atomic<std::uint64_t> link_dead_events; ///< from the kernel
    std::atomic<std::uint64_t> reconnects;       ///< connections replaced
    std::atomic<std::uint64_t> attempts_failed;  ///< refused, timed out, wrong export
    std::atomic<std::uint64_t> recoveries;       ///< times that all were up again
    std::atomic<std::uint64_t> down_since_ns;    ///< since when less than all are up
    std::atomic<std::uint64_t> last_recovery_ns; ///< how long the last one took
    std::atomic<std::uint64_t> worst_recovery_ns;
    std::atomic<std::uint64_t> heap_calls; ///< allocations after start-up: must stay 0
    std::atomic<std::int32_t> last_errno;  ///< of the last failed attempt
    std::array<char, 120> last_error;      ///< the same in words, NUL-terminated
    /// Local ports of the connections, 0 for unknown or a UNIX socket.
    std::array<std::atomic<std::uint32_t>, max_conns> local_port;
    /// The last recoveries in ns, a ring: recovery number i is entry i % size.
    std::array<std::atomic<std::uint64_t>, 64> recovery_ns;
};
static_assert(sizeof(LivePage) <= 4096);

} // namespace netswap::live
