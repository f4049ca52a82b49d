// SPDX-License-Identifier: GPL-2.0
#include "matrix/matrix_record.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "matrix/matrix_fixture.h"
#include "matrix/matrix_verdict.h"

namespace netswap {
namespace {

using test::make_matrix;
using test::make_session;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

std::vector<nlohmann::json> lines_of(const MatrixState &state) {
    std::vector<nlohmann::json> lines;
    for (const auto &session : state.sessions)
        lines.push_back(session);
    for (const auto &run : state.runs)
        lines.push_back(run);
    return lines;
}

TEST(MatrixRecord, LinesComeBackAsTheyWere) {
    const auto state = make_matrix();
    const auto again = matrix_state(lines_of(state), "f");
    ASSERT_TRUE(again) << again.error().message;
    EXPECT_EQ(again->sessions, state.sessions);
    EXPECT_EQ(again->runs, state.runs);
}

TEST(MatrixRecord, WrongLinesAreNamed) {
    auto lines = lines_of(make_matrix());
    lines[3]["record"]["verdict"] = "bored";
    EXPECT_THAT(matrix_state(lines, "f").error().message, HasSubstr("f:4: "));
    lines = lines_of(make_matrix());
    lines[0]["netswap_matrix"] = 2;
    EXPECT_THAT(matrix_state(lines, "f").error().message, HasSubstr("f:1: was written by another"));
    lines.erase(lines.begin());
    EXPECT_THAT(matrix_state(lines, "f").error().message, HasSubstr("not what they were asked"));
}

TEST(MatrixRecord, KnowsWhichRunsWereMade) {
    auto state = make_matrix();
    Cell cell;
    cell.arm = "mainline";
    cell.names = {"mem", "conns", "min-free"};
    cell.values = {"256M", "1", "300K"};
    EXPECT_TRUE(state.has(cell, 3));
    EXPECT_FALSE(state.has(cell, 4));
    cell.values[0] = "192M";
    EXPECT_FALSE(state.has(cell, 3));
    cell.values[0] = "256M";
    cell.names.push_back("nic");
    cell.values.push_back("e1000");
    EXPECT_FALSE(state.has(cell, 3));
}

TEST(MatrixRecord, SessionsAddUp) {
    auto state = make_matrix();
    auto more = make_session();
    more.arms = {"netswap", "bare+all"};
    more.runs = 2;
    more.dimensions[0].values = {"512M", "128M"};
    state.sessions.push_back(more);
    const auto whole = state.whole();
    EXPECT_THAT(whole.arms, ElementsAre("bare", "mainline", "netswap", "bare+all"));
    EXPECT_THAT(whole.dimensions[0].values, ElementsAre("128M", "256M", "512M"));
    EXPECT_EQ(whole.runs, 4);
}

std::string difference(const std::function<void(MatrixSession &)> &change) {
    auto now = make_session();
    change(now);
    const auto ok = same_experiment(make_session(), now);
    if (ok)
        return "";
    EXPECT_EQ(ok.error().code, exit_bad_input);
    EXPECT_THAT(ok.error().message, HasSubstr("give another --out"));
    EXPECT_THAT(ok.error().message, ::testing::Not(HasSubstr("\n")));
    EXPECT_NE(session_key(now), session_key(make_session()));
    return ok.error().message;
}

TEST(MatrixRecord, MoreRunsArmsAndValuesAreTheSameExperiment) {
    EXPECT_EQ(difference([](auto &s) {
                  s.runs = 9;
                  s.arms.push_back("stock");
                  s.dimensions[0].values.push_back("1G");
                  s.host.started = "later";
              }),
              "");
    EXPECT_EQ(session_key(make_session()).size(), 8U);
}

TEST(MatrixRecord, AnotherExperimentIsNoticed) {
    EXPECT_THAT(difference([](auto &s) { s.artefacts["6.12 kernel"] = "22"; }),
                HasSubstr("the 6.12 kernel is not the one these runs were made with (00, now 22)"));
    EXPECT_THAT(difference([](auto &s) { s.options["passes"] = {"2"}; }),
                HasSubstr("now it is --passes 2 --sysctl"));
    EXPECT_THAT(difference([](auto &s) {
                    s.dimensions.push_back({"cpus", {"1", "2"}});
                }),
                HasSubstr("the dimensions mem, conns, min-free, now it is mem, conns, min-free, "
                          "cpus"));
    EXPECT_THAT(difference([](auto &s) { s.seed = 5; }), HasSubstr("--seed 1, now it is 5"));
    EXPECT_THAT(difference([](auto &s) { s.host.accel = "kvm"; }), HasSubstr("--accel tcg"));
}

TEST(MatrixVerdict, CompleteArmsMustSurviveEverywhere) {
    auto state = make_matrix();
    EXPECT_EQ(matrix_exit_code(state), exit_ok); // mainline hung here and there
    auto &last = state.runs.back().record;
    ASSERT_EQ(last.arm, "netswap");
    last.verdict = Verdict::hang;
    EXPECT_EQ(matrix_exit_code(state), exit_failed);
    last.verdict = Verdict::pass;
    state.runs[5].record.verdict = Verdict::corrupt;
    EXPECT_EQ(matrix_exit_code(state), exit_failed);
}

TEST(MatrixVerdict, BareMustHangSomewhere) {
    auto state = make_matrix();
    RunRecord *hung = nullptr;
    for (auto &run : state.runs)
        if (run.record.arm == "bare") {
            run.record.verdict = Verdict::pass;
            hung = &run.record;
        }
    EXPECT_EQ(matrix_exit_code(state), exit_failed);
    hung->verdict = Verdict::hang;
    EXPECT_EQ(matrix_exit_code(state), exit_ok);
}

} // namespace
} // namespace netswap
