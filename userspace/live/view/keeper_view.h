// SPDX-License-Identifier: GPL-2.0
// What the daemon of an area says about itself in its page (live_page.h).
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include <sys/stat.h>

#include "live/live_page.h"
#include "live/paths.h"

namespace netswap::live {

enum class KeeperPresence {
    running, ///< it holds the lock on its page
    absent,  ///< no daemon has kept this area: there is no page, or none has written into it
    ended,   ///< one has, and nobody holds the page now; its numbers are the last ones
    damaged, ///< what is in the file is no page of this version
};

struct KeeperView {
    KeeperPresence presence = KeeperPresence::absent;
    std::string problem; ///< of a damaged page: what is wrong with it
    int pid = 0;
    KeeperState state = KeeperState::starting;
    KeeperGrant grant = KeeperGrant::none;
    bool locked = false;
    std::uint64_t started_ns = 0;   ///< CLOCK_MONOTONIC
    std::uint64_t heartbeat_ns = 0; ///< CLOCK_MONOTONIC
    std::uint32_t conns = 0, conns_up = 0;
    std::uint64_t adoptions = 0, link_dead_events = 0, reconnects = 0, attempts_failed = 0;
    std::uint64_t down_since_ns = 0; ///< CLOCK_MONOTONIC, 0: nothing is down
    std::uint64_t last_recovery_ns = 0, worst_recovery_ns = 0;
    std::uint64_t heap_calls = 0;
    int last_errno = 0;
    std::string last_error;
    std::vector<std::uint32_t> local_ports; ///< those that are known
    std::vector<std::uint64_t> recoveries_ns;

    /// There are numbers to show, if only old ones.
    [[nodiscard]] bool has_numbers() const {
        return presence == KeeperPresence::running || presence == KeeperPresence::ended;
    }
};

/// Maps the page to read. The lock is looked up in /proc/locks: trying it would get in the way of a
/// daemon that starts at that moment.
KeeperView read_keeper(const Paths &paths, const std::string &area);

/// "watching", "reconnecting", ...
const char *to_string(KeeperState state);
/// "none", "io_flusher", "reserve"
const char *to_string(KeeperGrant grant);
const char *to_string(KeeperPresence presence);

/// Who has an exclusive flock() on this inode, as text of /proc/locks says; 0 if the process is in
/// another pid namespace.
std::optional<int> lock_holder(std::string_view locks, const struct stat &file);

} // namespace netswap::live
