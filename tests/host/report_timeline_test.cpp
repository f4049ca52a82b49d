// SPDX-License-Identifier: GPL-2.0
#include "report/timeline.h"
#include "report_campaign.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace netswap {
namespace {

using test::make_run;

Sample sample(double t, std::int64_t free, std::int64_t out = 0) {
    return {t, free, 300, 375, 450, out, 0, 0};
}

TEST(Timeline, AHangStopsWhereTheLastPageMoved) {
    RunRecord run;
    run.verdict = Verdict::hang;
    EXPECT_EQ(stop_time(run), std::nullopt);
    run.samples = {sample(1, 900, 0), sample(2, 400, 50), sample(3, 80, 60), sample(4, 80, 60),
                   sample(5, 81, 60)};
    EXPECT_EQ(stop_time(run), 3.0);
    run.samples.resize(3); // the guest fell silent at once
    EXPECT_EQ(stop_time(run), 3.0);
    run.samples.resize(1);
    EXPECT_EQ(stop_time(run), 1.0);
}

TEST(Timeline, OtherFailuresStopAtTheirLastSampleAndAPassDoesNot) {
    RunRecord run;
    run.samples = {sample(1, 900), sample(2, 900), sample(3, 900)};
    run.verdict = Verdict::crash;
    EXPECT_EQ(stop_time(run), 3.0);
    run.verdict = Verdict::pass;
    EXPECT_EQ(stop_time(run), std::nullopt);
}

TEST(Timeline, ShowsTheFirstHangElseTheTypicalSurvivor) {
    std::vector<RunRecord> runs{make_run("mainline", 0, Verdict::pass),
                                make_run("mainline", 1, Verdict::crash),
                                make_run("mainline", 2, Verdict::hang)};
    EXPECT_EQ(run_to_show(arm_figures(runs)[0]), &runs[2]);
    runs[2].samples.clear();
    EXPECT_EQ(run_to_show(arm_figures(runs)[0]), &runs[1]);

    std::vector<RunRecord> passed;
    for (int run = 0; run < 3; run++)
        passed.push_back(make_run("netswap", run, Verdict::pass));
    passed[0].elapsed_s = 30;
    passed[1].elapsed_s = 20;
    passed[2].elapsed_s = 10;
    EXPECT_EQ(run_to_show(arm_figures(passed)[0]), &passed[1]);
    for (auto &run : passed)
        run.samples.clear();
    EXPECT_EQ(run_to_show(arm_figures(passed)[0]), nullptr);
}

TEST(Timeline, RateIsInMebibytesPerSecond) {
    // 1024 pages of 4 KiB in half a second.
    EXPECT_DOUBLE_EQ(swap_rate(sample(1, 0, 0), sample(1.5, 0, 1024), &Sample::pswpout), 8);
    EXPECT_EQ(swap_rate(sample(1, 0, 5), sample(1, 0, 9), &Sample::pswpout), 0) << "no time";
    EXPECT_EQ(swap_rate(sample(1, 0, 9), sample(2, 0, 5), &Sample::pswpout), 0) << "reset";
}

TEST(Timeline, RangeIsWhatIsUsualUnderWay) {
    RunRecord run;
    run.samples = {sample(1, 21000), sample(2, 9000), sample(3, 320), sample(4, 310)};
    EXPECT_EQ(common_ranges({&run}).pages, 1.5 * 450) << "the fall does not count";
    for (int i = 5; i < 40; i++)
        run.samples.push_back(sample(i, 1000));
    run.samples.push_back(sample(40, 20000)); // the workers have gone
    EXPECT_EQ(common_ranges({&run}).pages, 1.3 * 1000);
}

TEST(Timeline, BoostIsNoPartOfTheWatermarks) {
    std::vector<Sample> samples{sample(1, 900), sample(2, 900), sample(3, 900)};
    samples[0].min = samples[2].min = 1324;
    EXPECT_EQ(watermarks_at_rest(samples), samples[1]);
}

TEST(Timeline, TimeRangeDoesNotFollowAHangToItsEnd) {
    RunRecord run;
    run.verdict = Verdict::hang;
    run.samples = {sample(1, 900, 0), sample(4, 80, 60)};
    for (int i = 5; i < 300; i++)
        run.samples.push_back(sample(i, 80, 60));
    EXPECT_EQ(common_ranges({&run}).seconds, 12.0);
}

} // namespace
} // namespace netswap
