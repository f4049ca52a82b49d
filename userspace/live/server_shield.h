// SPDX-License-Identifier: GPL-2.0
// Protects a server on this host whose work swap-out waits for.
//
// What the server inherits from us over fork and exec, in all its processes and threads: the
// limit on locked memory, the OOM score, and the task flags of PR_SET_IO_FLUSHER (the kernel
// copies them to every new task and exec leaves them alone; read in kernel/fork.c and fs/exec.c
// of 6.1 and 6.12). What it cannot inherit is locked memory: neither a lock nor
// mlockall(MCL_FUTURE) survives fork or exec. So the server is locked right after exec
// (exec_lock.h), and gets a version-2 cgroup whose memory never goes to swap, which also holds
// for the processes that it forks. These keep what they wrote (heap, stacks); their program text
// is theirs to lose unless their parent has it locked, which maps the same pages.
#pragma once

#include <string>
#include <vector>

#include "lib/result.h"
#include "live/paths.h"
#include "live/process_audit.h"

namespace netswap::live {

/// System calls of the shield; each returns 0 or an errno value.
class ShieldCalls {
  public:
    virtual ~ShieldCalls() = default;
    virtual int unlimited_memlock();
    virtual int io_flusher();
};

struct Shield {
    std::vector<std::string> missing; ///< one line for each protection that is not to be had
    std::string cgroup;               ///< directory below Paths that the server is to join, or ""
    bool cgroup_is_ours = false;      ///< made here; release_shield() takes it away
    bool may_lock = false;            ///< the limit allows to lock the server's memory
    bool must_lock = false;           ///< nothing else keeps it out of swap
};

/// Puts this process under protection and makes the cgroup for the server.
Shield raise_shield(const Paths &paths, ShieldCalls &calls);

/// Removes the cgroup if it is ours and empty.
void release_shield(const Paths &paths, const Shield &shield);

/// The processes to look at: those of the cgroup if it is ours, else `pid` alone.
std::vector<int> shielded_processes(const Paths &paths, const Shield &shield, int pid);

/// What did not take effect on a running server, in one line; empty if all did.
std::string shield_gaps(const ProcessAudit &audit, std::uint64_t flusher_flags);

} // namespace netswap::live
