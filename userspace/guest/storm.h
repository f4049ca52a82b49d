// SPDX-License-Identifier: GPL-2.0
// The storm itself: workers, samples, and what came of it.
#pragma once

#include "guest/board.h"
#include "guest/config.h"
#include "guest/daemon_killer.h"
#include "guest/failing_allocations.h"
#include "guest/kmsg.h"
#include "guest/messages.h"
#include "guest/monitor.h"
#include "guest/process.h"

#include <optional>
#include <string>
#include <vector>

namespace netswap::guest {

class Storm {
  public:
    /// Forks the workers (and the module churn if configured) and leaves them waiting.
    static Result<Storm> create(Channel &channel, const Config &config, Kmsg &kmsg);

    /// Lets them go and samples until all ended, or until the first one failed. With
    /// end_limit_s the workers go on until the host's order "end".
    Verdict run();

    /// Ends the process that holds the sockets for --hostile, and with it what they held.
    void let_hostile_go() { hostile_.reset(); }

  private:
    Storm(Channel &channel, const Config &config, Kmsg &kmsg, Board board, Monitor monitor)
        : channel_(channel), config_(config), kmsg_(kmsg), board_(std::move(board)),
          monitor_(std::move(monitor)) {}

    Result<void> fork_workers();
    void wait_for_child(std::uint64_t until_ns);
    void reap();
    void worker_ended(int worker, int status);
    void worker_killed(const std::string &who, int status);
    void churn_ended(int status);
    void follow_orders();
    void make_allocations_fail(std::string_view which);
    /// Workers may end when the churn has and the host has nothing more in mind.
    void let_end();
    /// Hands whole lines on from a helper to the host.
    void forward(int pipe, std::string &text);
    void forward_helpers();
    void announce_pass();
    void give_up(Outcome outcome, std::string message);
    void kill_workers();

    Channel &channel_;
    const Config &config_;
    Kmsg &kmsg_;
    Board board_;
    Monitor monitor_;
    std::vector<pid_t> pids_; ///< by worker; 0 once it ended
    int running_ = 0;
    std::optional<Child> churn_;
    bool churn_running_ = false;
    std::string churn_text_;
    std::optional<Child> hostile_; ///< holds the sockets for --hostile
    std::optional<DaemonKiller> killer_;
    std::string killer_text_;
    std::optional<FailingAllocations> failing_;
    bool told_to_end_ = false;
    std::optional<Verdict> failure_;
    std::int64_t announced_pass_ = -1;
};

} // namespace netswap::guest
