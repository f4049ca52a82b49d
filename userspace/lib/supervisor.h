// SPDX-License-Identifier: GPL-2.0
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "lib/classifier.h"
#include "lib/clock.h"
#include "lib/fault.h"
#include "lib/fault_driver.h"
#include "lib/guest_message.h"
#include "lib/hostile.h"
#include "lib/machine.h"
#include "lib/progress_watch.h"
#include "lib/record.h"
#include "lib/storm_options.h"

namespace netswap {

/// What is shown while a run goes on.
struct RunProgress {
    std::string phase;
    std::int64_t touched = 0;
    std::int64_t pswpout = 0;
};

struct SupervisorOptions {
    RunPlan plan;
    std::string config_line;     ///< sent after the guest's hello; empty: it has it already
    bool check_state = true;     ///< compare the state read back with the plan
    double hello_limit_s = 60;   ///< from start to the guest's first word
    double quiet_limit_s = 60;   ///< without progress before the storm, if that is the longer
    double end_limit_s = 5;      ///< from the verdict to the end of the machine
    FaultSite *faults = nullptr; ///< makes what plan.params.faults asks for; may be null if nothing
    HostileSite *hostile = nullptr;                    ///< likewise plan.params.hostile
    std::function<void(const RunProgress &)> progress; ///< may be empty
    std::function<void(std::string_view)> channel_log; ///< every line of the guest; may be empty
};

struct SupervisedRun {
    RunRecord record; ///< without log
    std::vector<TestMessage> tests;
    std::string console;
    std::optional<std::size_t> diagnosis_at; ///< where in the console the answers to sysrq begin
};

/// Drives one guest from its first word to its verdict or its end: sends the orders, watches
/// progress, has faults made, diagnoses a hang over sysrq before ending the machine, and has the
/// run classified.
class Supervisor {
  public:
    Supervisor(Machine &machine, const Clock &clock, SupervisorOptions options);
    SupervisedRun run();

  private:
    void watch();
    [[nodiscard]] double next_deadline() const;
    /// False while the guest still sets up what the storm is for.
    [[nodiscard]] bool in_force() const;
    /// Seconds without progress that are too many: before the storm a slow host gets more of them
    /// than somebody wants to give a hang.
    [[nodiscard]] double patience() const;
    void check_limits();
    /// Nothing more will come of it.
    void give_up(std::string why);
    void handle(const MachineEvent &event);
    void handle_line(const std::string &line);
    void handle_message(const GuestMessage &message);
    void handle_sample(const SampleMessage &message);
    /// Messages about the swap area and its daemon; false if it is none.
    bool handle_area(const GuestMessage &message);
    /// The storm's begin and end are those of its hostile traffic.
    void begin_hostile();
    void end_hostile();
    /// What the fault driver answered: a failure ends the run.
    void check(const Status &status);
    void diagnose();
    /// Sends one sysrq and reads what comes until the console falls silent.
    void ask(char key);
    void drain();
    void finish_record();

    Machine &machine_;
    const Clock &clock_;
    SupervisorOptions options_;
    double start_;
    ProgressWatch watch_;
    std::optional<FaultDriver> faults_;
    SupervisedRun result_;
    RunEvidence evidence_;
    std::string phase_ = "boot";
    std::uint64_t killed_heap_calls_ = 0; ///< most of any daemon that was killed
    bool over_ = false;
};

} // namespace netswap
