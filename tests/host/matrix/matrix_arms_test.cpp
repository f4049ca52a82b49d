// SPDX-License-Identifier: GPL-2.0
#include "report/matrix_arms.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "matrix/matrix_fixture.h"
#include "report/matrix_report.h"

namespace netswap {
namespace {

using ::testing::HasSubstr;

MatrixState with_shares() {
    auto state = test::make_matrix();
    std::uint64_t pages = 900;
    for (auto &run : state.runs) {
        run.record.counters.netswap.clear();
        if (run.record.arm == "netswap")
            run.record.counters.netswap["gfp_memalloc.lowest_share"] = pages--;
    }
    return state;
}

TEST(MatrixArms, CountAllScenarios) {
    const auto totals = arm_totals(matrix_figures(with_shares()));
    ASSERT_EQ(totals.size(), 3U);
    EXPECT_EQ(totals[0].arm, "bare");
    EXPECT_EQ(totals[0].survived, 0);
    EXPECT_EQ(totals[1].survived, 12);
    EXPECT_EQ(totals[1].total, 16);
    EXPECT_FALSE(totals[1].to_mainline);
    EXPECT_EQ(totals[2].survived, 16);
    EXPECT_GT(totals[2].survival95.low, 0.8);
    EXPECT_TRUE(totals[2].to_mainline);
}

TEST(MatrixArms, TellWhereTheShareWasLowest) {
    const auto totals = arm_totals(matrix_figures(with_shares()));
    EXPECT_EQ(lowest_share_text(totals[0]), "-");
    EXPECT_EQ(lowest_share_text(totals[2]), "885 pages (mem 256M, min-free 300K, run 3)");
}

TEST(MatrixArms, AShareThatNobodyTookFromIsNone) {
    auto state = with_shares();
    for (auto &run : state.runs)
        if (run.record.arm == "netswap")
            run.record.counters.netswap["gfp_memalloc.lowest_share"] = ~0ULL;
    EXPECT_EQ(lowest_share_text(arm_totals(matrix_figures(state))[2]), "-");
}

TEST(MatrixArms, AreInTableAndPage) {
    const auto state = with_shares();
    EXPECT_THAT(render_matrix_table(state), HasSubstr("885 pages (mem 256M"));
    EXPECT_THAT(render_matrix_html(state), HasSubstr("<td>885 pages (mem 256M"));
    EXPECT_THAT(render_matrix_table(state), HasSubstr("12/16 ["));
}

} // namespace
} // namespace netswap
