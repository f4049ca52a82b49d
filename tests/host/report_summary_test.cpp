// SPDX-License-Identifier: GPL-2.0
#include "report/figures.h"
#include "report/report.h"
#include "report_campaign.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace netswap {
namespace {

using test::make_campaign;
using test::make_run;
using testing::HasSubstr;
using testing::StartsWith;

TEST(Summary, HasAnArmEachInOrderOfAppearance) {
    const auto summary = build_summary(make_campaign(4).runs);
    ASSERT_EQ(summary.size(), 3u);
    EXPECT_EQ(summary[0].arm, "bare");
    EXPECT_EQ(summary[1].arm, "mainline");
    EXPECT_EQ(summary[2].arm, "netswap");
    EXPECT_EQ(summary[0].survived, 0);
    EXPECT_EQ(summary[1].survived, 3);
    EXPECT_EQ(summary[2].survived, 4);
    EXPECT_EQ(summary[1].verdicts, (std::map<std::string, int>{{"hang", 1}, {"pass", 3}}));
    EXPECT_EQ(summary[0].elapsed_median_s, std::nullopt);
    EXPECT_EQ(summary[2].survival_ci95[1], 1.0);
}

TEST(Summary, ElapsedIsOfSurvivorsOnly) {
    auto hung = make_run("netswap", 0, Verdict::hang);
    hung.elapsed_s = 999;
    auto fast = make_run("netswap", 1, Verdict::pass);
    fast.elapsed_s = 10;
    auto slow = make_run("netswap", 2, Verdict::pass);
    slow.elapsed_s = 14;
    const auto summary = build_summary({hung, fast, slow});
    EXPECT_EQ(summary[0].elapsed_median_s, 12.0);
    EXPECT_EQ(summary[0].elapsed_spread, (std::array<double, 2>{10, 14}));
}

TEST(Summary, ErrorCountsAsARunThatDidNotSurvive) {
    const auto summary = build_summary(
        {make_run("netswap", 0, Verdict::pass), make_run("netswap", 1, Verdict::error)});
    EXPECT_EQ(summary[0].runs, 2);
    EXPECT_EQ(summary[0].survived, 1);
    EXPECT_EQ(summary[0].verdicts.at("error"), 1);
}

TEST(Controls, BareHungInEveryRun) {
    const auto controls = build_controls(make_campaign(3).runs);
    EXPECT_EQ(controls.bare_hung, true);
    EXPECT_EQ(controls.line, "control: bare hung in 3 of 3 runs, as it must");
}

TEST(Controls, BareThatNeverHangsShowsNothing) {
    const auto controls =
        build_controls({make_run("bare", 0, Verdict::pass), make_run("bare", 1, Verdict::crash)});
    EXPECT_EQ(controls.bare_hung, false);
    EXPECT_EQ(controls.line, "WARNING: bare did not hang in 2 of 2 runs (crash 1, pass 1): this "
                             "campaign shows nothing about the cure");
}

TEST(Controls, BareThatHangsAtTimesIsAWeakControl) {
    const auto controls =
        build_controls({make_run("bare", 0, Verdict::hang), make_run("bare", 1, Verdict::pass)});
    EXPECT_EQ(controls.bare_hung, false);
    EXPECT_THAT(controls.line, StartsWith("WARNING: bare did not hang in 1 of 2 runs (pass 1)"));
    EXPECT_THAT(controls.line, HasSubstr("weak"));
}

TEST(Controls, AblationsOfBareAreNoControl) {
    const auto controls = build_controls({make_run("bare+gfp", 0, Verdict::pass)});
    EXPECT_EQ(controls.bare_hung, std::nullopt);
    EXPECT_THAT(controls.line, StartsWith("no control"));
}

TEST(Figures, RatioIsToMainlinesSurvivors) {
    const auto campaign = make_campaign();
    const auto figures = arm_figures(campaign.runs);
    EXPECT_FALSE(figures[0].to_mainline) << "bare has no survivor";
    EXPECT_FALSE(figures[1].to_mainline) << "mainline is the measure";
    ASSERT_TRUE(figures[2].to_mainline);
    EXPECT_NEAR(figures[2].to_mainline->value,
                *figures[2].elapsed_median / *figures[1].elapsed_median, 1e-12);
    EXPECT_TRUE(figures[2].to_mainline->range95);
}

TEST(Figures, LowestFreeBelongsWithTheWatermarkOfItsRun) {
    auto high = make_run("netswap", 0, Verdict::pass);
    auto low = make_run("netswap", 1, Verdict::pass);
    high.samples = {{1, 50, 300, 400, 500, 0, 0, 0}};
    low.samples = {{1, 90, 16, 20, 24, 0, 0, 0}};
    high.counters.lowest_free_pages = std::nullopt;
    low.counters.lowest_free_pages = 7;
    const std::vector<RunRecord> runs{high, low};
    const auto figures = arm_figures(runs);
    EXPECT_EQ(figures[0].lowest_free, 7);
    EXPECT_EQ(figures[0].min_watermark, 16);
}

TEST(Figures, UnknownCountersStayUnknown) {
    RunRecord run;
    run.arm = "stock";
    const std::vector<RunRecord> runs{run};
    const auto figures = arm_figures(runs);
    EXPECT_EQ(figures[0].pages_out, std::nullopt);
    EXPECT_EQ(figures[0].marked, std::nullopt);
    EXPECT_EQ(figures[0].lowest_free, std::nullopt);
}

TEST(Figures, HeadlineStartsWithTheBestArm) {
    const auto campaign = make_campaign(4);
    EXPECT_EQ(headline(arm_figures(campaign.runs)),
              "netswap survived 4 of 4, mainline 3 of 4, bare 0 of 4");
    EXPECT_EQ(headline({}), "no run in this campaign");

    std::vector<RunRecord> many;
    for (const auto *arm : {"bare+rx", "bare+gfp", "bare+slab", "bare+sock", "bare+throttle"}) {
        many.push_back(make_run(arm, 0, Verdict::hang));
        many.push_back(make_run(arm, 1, arm[5] == 's' ? Verdict::pass : Verdict::hang));
    }
    many.push_back(make_run("netswap", 0, Verdict::pass));
    EXPECT_EQ(headline(arm_figures(many)), "6 arms: 1 survived every run, 2 some, 3 none");
}

TEST(Parameters, CommandMakesTheCampaignAgain) {
    auto campaign = make_campaign(2);
    EXPECT_EQ(reproduce_command(campaign),
              "netswap storm --kernel 6.12 --arms bare,mainline,netswap --runs 2 --mem 128M "
              "--cpus 2 --nic virtio-net --transport nbd --conns 1 --passes 1 "
              "--setup nbd-client --seed 1 --json out.json");
    campaign.runs[0].params.min_free_kb = 300;
    campaign.runs[2].params.module_params = {{"rx_reserve", "pages=0 note=a'b"}};
    campaign.runs[0].params.sysctls = {{"vm.watermark_boost_factor", "0"}};
    EXPECT_THAT(reproduce_command(campaign), HasSubstr(" --min-free 300K "));
    EXPECT_THAT(reproduce_command(campaign), HasSubstr(" --sysctl vm.watermark_boost_factor=0 "));
    EXPECT_THAT(reproduce_command(campaign), HasSubstr(" --module-param rx_reserve:pages=0 "
                                                       "--module-param 'rx_reserve:note=a'\\''b'"));
}

TEST(Parameters, StockArmIsAskedForByTheKernelItShadows) {
    auto campaign = make_campaign(1);
    campaign.runs[0].arm = "stock";
    campaign.runs[0].params.kernel = "6.12-stock";
    EXPECT_THAT(reproduce_command(campaign),
                StartsWith("netswap storm --kernel 6.12 --arms stock,"));
}

TEST(Parameters, LineTellsDefaultFromChosenAndNamesDifferences) {
    auto campaign = make_campaign(1);
    EXPECT_THAT(parameter_line(campaign), HasSubstr("min_free 1303 kB (default)"));
    EXPECT_THAT(parameter_line(campaign), HasSubstr("nbd x1 over virtio-net"));
    campaign.runs[1].params.mem_mib = 192;
    EXPECT_THAT(parameter_line(campaign), HasSubstr("128 MiB RAM / 192 MiB RAM"));
    EXPECT_EQ(parameter_line({}), "");
}

} // namespace
} // namespace netswap
