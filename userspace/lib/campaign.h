// SPDX-License-Identifier: GPL-2.0
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "lib/fd.h"
#include "lib/record.h"
#include "lib/result.h"
#include "lib/run_worker.h"
#include "lib/storm_options.h"

namespace netswap {

/// Told what happens in a campaign; all calls come from run().
class CampaignObserver {
  public:
    virtual ~CampaignObserver() = default;
    virtual void started(const RunPlan &plan) = 0;
    virtual void progress(const RunPlan &plan, const RunProgress &progress) = 0;
    virtual void finished(const RunRecord &record, const std::vector<TestMessage> &tests) = 0;
};

/// Starts one run and returns its process, which writes its messages to the descriptor; start_run()
/// but in tests.
using RunLauncher = std::function<Result<pid_t>(const RunTask &, int out_fd)>;

/// Makes runs, `jobs` at a time, in the order given.
class Campaign {
  public:
    Campaign(std::vector<RunTask> tasks, int jobs, RunLauncher launcher,
             CampaignObserver &observer);

    /// Asked before each run is started; at the first no, no more are.
    void start_while(std::function<bool()> may_start) { may_start_ = std::move(may_start); }

    /// Ends early when SIGINT, SIGTERM or SIGHUP comes: runs under way are taken down and count for
    /// nothing. An error is a failure to start runs at all.
    Status run();

    [[nodiscard]] bool interrupted() const { return interrupted_; }

  private:
    struct Slot {
        std::size_t task = 0; ///< index in tasks_
        pid_t pid = -1;
        Fd messages;
        std::string pending; ///< begin of a message
        bool got_record = false;
    };

    Status start_next();
    /// Waits for messages or a signal.
    void wait();
    void read(Slot &slot);
    void take_line(Slot &slot, const std::string &line);
    void end(Slot &slot);
    void tear_down();

    std::vector<RunTask> tasks_;
    std::size_t next_ = 0;
    std::size_t jobs_;
    RunLauncher launcher_;
    std::function<bool()> may_start_;
    CampaignObserver &observer_;
    std::vector<Slot> slots_;
    Fd signals_;
    bool interrupted_ = false;
};

} // namespace netswap
