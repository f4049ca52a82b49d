// SPDX-License-Identifier: GPL-2.0
#include "matrix/trial_record.h"

#include <gmock/gmock.h>

#include "matrix/shrink_fixture.h"
#include "temporary_directory.h"

namespace netswap {
namespace {

using test::FakeRunner;
using test::hang_if;
using test::ShrinkerTest;
using ::testing::HasSubstr;
using ::testing::SizeIs;

class TrialRecordTest : public ShrinkerTest {
  protected:
    ShrinkOutcome continued(FakeRunner &runner, const StormArguments &start) {
        auto journal = Journal::open(file);
        EXPECT_TRUE(journal);
        auto recorded = RecordedRunner::open(*journal, session, runner);
        EXPECT_TRUE(recorded) << recorded.error().message;
        return search(*recorded, start);
    }
    TemporaryDirectory directory;
    const std::string file = directory.path() + "/shrink.jsonl";
    ShrinkSession session{"netswap storm", "tcg", {{"6.12 kernel", "00"}}};
};

TEST_F(TrialRecordTest, ASearchGoesOnWhereItEnded) {
    const auto rule = [](const StormPlan &plan, const StormArguments &, int trial) {
        return hang_if(plan.params.workers >= 6 && trial == 1);
    };
    FakeRunner whole(rule);
    const auto expected = search(whole, bare());
    const auto in_one_go = steps.size();
    ASSERT_TRUE(expected.finished);

    int sessions = 0, runs = 0;
    ShrinkOutcome outcome;
    do {
        FakeRunner part(rule);
        part.most_runs = 3;
        outcome = continued(part, bare());
        runs += part.runs;
        ASSERT_LT(++sessions, 100);
    } while (!outcome.finished);
    EXPECT_GT(sessions, 2);
    EXPECT_EQ(runs, whole.runs); // no run was made twice
    EXPECT_EQ(steps.size(), in_one_go);
    EXPECT_EQ(storm_command(outcome.smallest), storm_command(expected.smallest));
    EXPECT_EQ(read_journal(file)->size(), static_cast<std::size_t>(runs) + 1);
}

TEST_F(TrialRecordTest, AnotherSearchIsRefused) {
    FakeRunner runner([](const auto &, const auto &, int) { return Verdict::pass; });
    continued(runner, bare());
    const auto refusal = [&](const std::function<void(ShrinkSession &)> &change) {
        auto other = session;
        change(other);
        auto journal = Journal::open(file);
        const auto opened = RecordedRunner::open(*journal, other, runner);
        return opened ? "accepted" : opened.error().message;
    };
    EXPECT_EQ(refusal([](auto &s) { s.artefacts["6.12-stock kernel"] = "1"; }), "accepted");
    EXPECT_THAT(refusal([](auto &s) { s.artefacts["6.12 kernel"] = "01"; }),
                HasSubstr("another 6.12 kernel (00, now 01)"));
    EXPECT_THAT(refusal([](auto &s) { s.start += " --arms x"; }), HasSubstr("another scenario"));
    EXPECT_THAT(refusal([](auto &s) { s.accel = "kvm"; }), HasSubstr("--accel tcg"));
}

TEST_F(TrialRecordTest, ScenariosComeFromEveryKindOfFile) {
    RunRecord run;
    run.arm = "bare";
    run.verdict = Verdict::hang;
    const nlohmann::json record = run;
    const nlohmann::json storm = {{"netswap", 1}, {"runs", {record, record}}};
    const nlohmann::json line = {{"cell", {{"mem", "128M"}}}, {"record", record}};
    EXPECT_THAT(*runs_of_text(record.dump(), "f"), SizeIs(1));
    EXPECT_THAT(*runs_of_text(storm.dump(1), "f"), SizeIs(2));
    EXPECT_THAT(*runs_of_text(line.dump(), "f"), SizeIs(1));
    EXPECT_THAT(
        *runs_of_text("{\"netswap_matrix\":1}\n" + line.dump() + "\n" + line.dump() + "\n", "f"),
        SizeIs(2));
    for (const auto *text : {"", "storm", "{}", "[]", "{\"runs\":[]}"})
        EXPECT_THAT(runs_of_text(text, "f").error().message, HasSubstr("f: has no run")) << text;
    EXPECT_FALSE(runs_of_text(R"({"runs":[{"arm":"bare","verdict":"bored"}]})", "f"));
}

} // namespace
} // namespace netswap
