// SPDX-License-Identifier: GPL-2.0
#pragma once

#include <optional>
#include <string>
#include <vector>

#include <sys/types.h>

#include "lib/fd.h"
#include "lib/result.h"

namespace netswap {

/// How a program is started. Descriptors other than 0 to 2 are closed in it unless named in `keep`.
struct SpawnOptions {
    std::vector<int> keep; ///< stay open under their own number
    int out = -1;          ///< becomes stdout and stderr; -1: /dev/null
};

/// A program started by us, killed when this object or our process goes away.
class Child {
  public:
    /// Fails with "not found in PATH" or the cause of exec, not with an exit code of 127.
    static Result<Child> spawn(const std::vector<std::string> &argv, const SpawnOptions &options);

    /// Takes over a process that has become our child by collect_orphans().
    static Result<Child> adopt(pid_t pid);
    /// From now on, processes whose parent has ended below us become our children.
    static void collect_orphans();

    Child(Child &&other) noexcept;
    Child &operator=(Child &&other) noexcept;
    ~Child();

    [[nodiscard]] pid_t pid() const { return pid_; }
    /// Becomes readable when the program ends; for poll and epoll.
    [[nodiscard]] int pidfd() const { return pidfd_.get(); }
    /// The wait status if it ended, without waiting.
    std::optional<int> poll();
    /// SIGTERM, then SIGKILL after `grace_s`; returns once it is reaped.
    void stop(double grace_s);

  private:
    Child(pid_t pid, Fd pidfd) : pid_(pid), pidfd_(std::move(pidfd)) {}

    pid_t pid_ = -1;
    Fd pidfd_;
    std::optional<int> status_;
};

/// "exit code 2", "signal 9 (Killed)".
std::string describe_wait_status(int status);

} // namespace netswap
