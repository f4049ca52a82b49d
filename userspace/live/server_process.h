// SPDX-License-Identifier: GPL-2.0
// A server that we start and wait for, and that we never kill.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include <sys/types.h>

#include "lib/result.h"

namespace netswap::live {

struct ServerStart {
    std::vector<std::string> argv;
    std::string cgroup_procs; ///< file that the new process writes itself to before exec, or ""
    bool keep_fds = false;    ///< leave descriptors above 2 open (socket activation)
    bool lock = false;        ///< lock its memory, see exec_lock.h (needs the right to trace it)
    bool must_lock = false;   ///< and do not let it run if that fails
};

/// Unlike Child it outlives us, whatever happens to us.
class ServerProcess {
  public:
    /// Signals that are to be forwarded are blocked in this process from here on.
    static Result<ServerProcess> start(const ServerStart &what);

    [[nodiscard]] pid_t pid() const { return pid_; }
    /// Why its memory is not locked: an errno value, 0 if it is or was not to be.
    [[nodiscard]] int lock_error() const { return lock_error_; }

    /// Waits for its end and forwards SIGTERM, SIGINT, SIGHUP, SIGQUIT, SIGUSR1 and SIGUSR2 that
    /// somebody sends us; those of the terminal reach the server by themselves. Calls `settled`
    /// once, after `settle_ms`, if the server lives that long. Returns its wait status.
    int wait(int settle_ms, const std::function<void()> &settled);

  private:
    explicit ServerProcess(pid_t pid) : pid_(pid) {}
    pid_t pid_;
    int lock_error_ = 0;
};

/// 128 + signal, as shells have it, or the exit code.
int exit_code_of(int wait_status);

} // namespace netswap::live
