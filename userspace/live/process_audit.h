// SPDX-License-Identifier: GPL-2.0
// What protects a process whose work swap-out waits for, read from /proc.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "lib/result.h"
#include "live/paths.h"

namespace netswap::live {

/// Task flags that PR_SET_IO_FLUSHER sets. Not an interface of the kernel, but the same from 5.7
/// to 6.12: PF_MEMALLOC_NOIO and PF_LOCAL_THROTTLE. learn_flusher_flags() checks them.
inline constexpr std::uint64_t known_flusher_flags = 0x00080000 | 0x00100000;

struct ThreadAudit {
    int tid = 0;
    std::string name;
    std::uint64_t flags = 0;

    [[nodiscard]] bool io_flusher(std::uint64_t mask) const { return (flags & mask) == mask; }
};

struct ProcessAudit {
    int pid = 0;
    std::string name;
    std::vector<ThreadAudit> threads; ///< by tid
    std::int64_t rss_kb = 0;
    std::int64_t locked_kb = 0;
    std::int64_t swapped_kb = 0;
    int oom_score_adj = 0;
    /// The version-2 memory cgroup whose memory.swap.max is 0, or empty.
    std::string unswappable_cgroup;

    /// Names and ids of the threads without the flag: "nbdkit (12), nbdkit (14)".
    [[nodiscard]] std::string unflagged(std::uint64_t mask) const;
    /// Locked, as far as /proc can tell: what is locked covers most of what is resident. The
    /// rest are pages the kernel shares with everybody (vdso) or that have just come.
    [[nodiscard]] bool locked() const { return locked_kb > 0 && locked_kb * 10 >= rss_kb * 8; }
    /// "12 of 5036 KiB locked" or "memory locked": a lock of what will be touched counts all that
    /// is reserved, which says nothing to people.
    [[nodiscard]] std::string lock_text() const;
    /// What it wrote cannot go to swap, by mlock or by its cgroup.
    [[nodiscard]] bool memory_stays() const { return locked() || !unswappable_cgroup.empty(); }
};

/// Threads that end meanwhile are left out. No such process is bad input.
Result<ProcessAudit> audit_process(const Paths &paths, int pid);

/// Field 9 of a line of /proc/PID/task/TID/stat, whatever the name in brackets contains.
std::uint64_t task_flags(std::string_view stat_line);

/// The flags this kernel really sets, found by setting and clearing them on the calling thread;
/// known_flusher_flags if that is not permitted.
std::uint64_t learn_flusher_flags();

/// Where the version-2 hierarchy of control groups is, below Paths: "/sys/fs/cgroup" or
/// "/sys/fs/cgroup/unified"; empty without one.
std::string cgroup2_mount(const Paths &paths);
/// The cgroup of a process in that hierarchy ("/" is its root), empty if unknown.
std::string cgroup2_of(const Paths &paths, const std::string &pid);
/// The nearest cgroup from `cgroup` upwards whose memory.swap.max is 0, or empty.
std::string unswappable_ancestor(const Paths &paths, std::string cgroup);

} // namespace netswap::live
