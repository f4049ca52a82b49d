// SPDX-License-Identifier: GPL-2.0
#include "lib/campaign.h"

#include <chrono>
#include <csignal>
#include <fcntl.h>
#include <filesystem>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <unistd.h>

#include "fake_machine.h"
#include "hang_fixtures.h"
#include "lib/campaign_verdict.h"
#include "lib/fd.h"
#include "temporary_directory.h"

namespace netswap {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using Kind = MachineEvent::Kind;

class Recorder final : public CampaignObserver {
  public:
    void started(const RunPlan &plan) override { order.push_back(plan.arm.name); }
    void progress(const RunPlan &, const RunProgress &progress) override {
        phases.push_back(progress.phase);
        if (on_progress)
            on_progress();
    }
    void finished(const RunRecord &record, const std::vector<TestMessage> &) override {
        records.push_back(record);
    }
    std::vector<std::string> order;
    std::vector<std::string> phases;
    std::vector<RunRecord> records;
    std::function<void()> on_progress;
};

/// Runs `body` in a process of its own, as a run would be; what it returns is written as its
/// record.
RunLauncher forked(const std::function<SupervisedRun(const RunTask &)> &body) {
    return [body](const RunTask &task, int out) -> Result<pid_t> {
        const pid_t pid = ::fork();
        if (pid != 0)
            return pid;
        ::prctl(PR_SET_PDEATHSIG, SIGKILL);
        ::signal(SIGTERM, SIG_DFL);
        sigset_t none;
        ::sigemptyset(&none);
        ::sigprocmask(SIG_SETMASK, &none, nullptr);
        const auto text = progress_line({"write", 1, 1}) + record_line(body(task));
        [[maybe_unused]] auto written = ::write(out, text.data(), text.size());
        ::_exit(0);
    };
}

/// A scripted guest whose fate is its arm's name.
SupervisedRun scripted_run(const RunTask &task) {
    FakeClock clock;
    FakeMachine machine(clock);
    machine.line(R"({"type":"hello"})").line(R"({"type":"phase","phase":"write"})");
    const auto &fate = task.plan.arm.name;
    if (fate == "pass")
        machine.line(R"({"type":"verdict","verdict":"pass","elapsed_s":3})");
    else if (fate == "hang")
        machine.answer('w', fixture::refill_hang);
    else if (fate == "oom")
        machine.console("Out of memory: Killed process 1 (storm)\n").event(Kind::machine_end, "");
    else if (fate == "corrupt")
        machine.line(R"({"type":"verdict","verdict":"corrupt"})");
    else if (fate == "crash")
        machine.console("kernel BUG at mm/slub.c:1!\n").event(Kind::machine_end, "exit code 0");
    else
        machine.event(Kind::server_end, "exit code 1");
    SupervisorOptions options;
    options.plan = task.plan;
    options.check_state = false;
    return Supervisor(machine, clock, options).run();
}

class CampaignTest : public ::testing::Test {
  protected:
    std::vector<RunTask> tasks(const std::vector<std::string> &names) {
        std::vector<RunTask> list;
        for (const auto &name : names) {
            RunTask task;
            task.plan.arm.name = name;
            task.log_directory = directory.path() + "/" + name;
            list.push_back(task);
        }
        return list;
    }
    TemporaryDirectory directory;
    Recorder recorder;
};

TEST_F(CampaignTest, EveryVerdictComesThrough) {
    const std::vector<std::string> fates{"pass", "hang", "oom", "corrupt", "crash", "error"};
    Campaign campaign(tasks(fates), 1, forked(scripted_run), recorder);
    ASSERT_TRUE(campaign.run());
    ASSERT_EQ(recorder.records.size(), fates.size());
    for (std::size_t i = 0; i < fates.size(); i++) {
        EXPECT_EQ(to_string(recorder.records[i].verdict), fates[i]) << recorder.records[i].message;
        EXPECT_EQ(recorder.records[i].arm, fates[i]);
    }
    EXPECT_TRUE(recorder.records[1].hang);
    EXPECT_EQ(recorder.order, fates);
    EXPECT_EQ(recorder.phases.size(), fates.size());
    EXPECT_FALSE(std::filesystem::exists(directory.path() + "/pass/scratch"));
}

TEST_F(CampaignTest, NoMoreRunsAreStartedThanMayBe) {
    Campaign campaign(tasks({"pass", "hang", "oom", "crash"}), 1, forked(scripted_run), recorder);
    campaign.start_while([&] { return recorder.records.size() < 2; });
    ASSERT_TRUE(campaign.run());
    EXPECT_THAT(recorder.order, ElementsAre("pass", "hang"));
    EXPECT_EQ(recorder.records.size(), 2U);
    EXPECT_FALSE(campaign.interrupted());
}

TEST_F(CampaignTest, JobsRunSideBySide) {
    constexpr int jobs = 4;
    // Whoever comes says so, and goes on when all of them are there.
    int gate[2];
    ASSERT_EQ(::pipe2(gate, O_CLOEXEC), 0);
    const Fd out(gate[0]), in(gate[1]);
    const auto meets = [&](const RunTask &task) {
        [[maybe_unused]] const auto said = ::write(in.get(), "x", 1);
        int there = 0;
        for (int i = 0; i < 1000 && there < jobs; i++) {
            ::usleep(10'000);
            ::ioctl(out.get(), FIONREAD, &there);
        }
        return there < jobs ? SupervisedRun{} : scripted_run(task);
    };
    Campaign campaign(tasks({"pass", "hang", "oom", "crash"}), jobs, forked(meets), recorder);
    ASSERT_TRUE(campaign.run());
    ASSERT_EQ(recorder.records.size(), std::size_t(jobs));
    for (const auto &record : recorder.records)
        EXPECT_EQ(to_string(record.verdict), record.arm);
}

TEST_F(CampaignTest, ARunThatDiesIsAnError) {
    const auto dies = [](const RunTask &) -> SupervisedRun { ::_exit(9); };
    Campaign campaign(tasks({"pass"}), 1, forked(dies), recorder);
    ASSERT_TRUE(campaign.run());
    ASSERT_EQ(recorder.records.size(), 1u);
    EXPECT_EQ(recorder.records[0].verdict, Verdict::error);
    EXPECT_THAT(recorder.records[0].message, HasSubstr("exit code 9"));
}

TEST_F(CampaignTest, InterruptTakesEverythingDown) {
    const auto launcher = [](const RunTask &task, int out) -> Result<pid_t> {
        return forked([out](const RunTask &) -> SupervisedRun {
            const auto text = progress_line({"write", 0, 0});
            [[maybe_unused]] auto written = ::write(out, text.data(), text.size());
            ::sleep(60);
            return {};
        })(task, out);
    };
    recorder.on_progress = [] { ::raise(SIGINT); };
    const auto begin = std::chrono::steady_clock::now();
    Campaign campaign(tasks({"pass", "hang"}), 1, launcher, recorder);
    ASSERT_TRUE(campaign.run());
    EXPECT_TRUE(campaign.interrupted());
    EXPECT_TRUE(recorder.records.empty());
    EXPECT_THAT(recorder.order, ElementsAre("pass"));
    EXPECT_FALSE(std::filesystem::exists(directory.path() + "/pass/scratch"));
    EXPECT_LT(std::chrono::steady_clock::now() - begin, std::chrono::seconds(30));
}

RunRecord record(const std::string &arm, Verdict verdict) {
    RunRecord r;
    r.arm = arm;
    r.verdict = verdict;
    return r;
}

TEST(CampaignVerdict, ExitCodes) {
    const auto arms = *parse_arms("bare,mainline,netswap,netswap-rx");
    CampaignResult c;
    c.controls.bare_hung = true;
    c.runs = {record("bare", Verdict::hang), record("mainline", Verdict::hang),
              record("netswap", Verdict::pass), record("netswap-rx", Verdict::hang)};
    EXPECT_EQ(campaign_exit_code(c, arms), exit_ok);
    c.controls.bare_hung = false;
    EXPECT_EQ(campaign_exit_code(c, arms), exit_failed);
    c.controls.bare_hung.reset();
    EXPECT_EQ(campaign_exit_code(c, arms), exit_ok);
    c.runs.push_back(record("mainline", Verdict::error));
    EXPECT_EQ(campaign_exit_code(c, arms), exit_failed);
    c.runs.back() = record("netswap", Verdict::hang);
    EXPECT_EQ(campaign_exit_code(c, arms), exit_failed);
}

} // namespace
} // namespace netswap
