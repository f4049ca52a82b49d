// SPDX-License-Identifier: GPL-2.0
// Kills netswapd and starts it again while a storm runs, in a process of its own: the sampling
// loop must go on while a program is being started without memory.
#pragma once

#include "guest/process.h"

namespace netswap::guest {

class DaemonKiller {
  public:
    /// Forks the process, which locks itself in memory and waits. The daemon must be running.
    static Result<DaemonKiller> start();

    /// Kill it now, start it again after `ms`. Allocates nothing and does not wait. What comes
    /// of it are `daemon` messages on pipe(): killed, started, watching; or failed.
    void order(std::uint32_t ms);

    [[nodiscard]] pid_t pid() const { return process_.pid(); }
    [[nodiscard]] int pipe() const { return process_.pipe(); }
    void forget() { process_.forget(); }

  private:
    DaemonKiller(Child process, Fd orders)
        : process_(std::move(process)), orders_(std::move(orders)) {}

    Child process_;
    Fd orders_;
};

} // namespace netswap::guest
