// SPDX-License-Identifier: GPL-2.0
#include <random>
#include <set>

#include <gmock/gmock.h>

#include "matrix/shrink_fixture.h"

namespace netswap {
namespace {

using test::FakeRunner;
using test::hang_if;
using test::ShrinkerTest;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

TEST_F(ShrinkerTest, WhatAlwaysHangsShrinksToTheLeast) {
    FakeRunner runner([](const auto &, const auto &, int) { return Verdict::hang; });
    auto start = bare();
    start.arms = "bare+all-rx";
    start.mem = "256M";
    start.conns = 4;
    start.passes = 3;
    start.sysctls = {"vm.swappiness=10", "vm.page-cluster=0"};
    start.module_params = {"gfp:a=1"};
    const auto outcome = search(runner, start);
    EXPECT_TRUE(outcome.hangs);
    EXPECT_TRUE(outcome.finished);
    EXPECT_EQ(storm_command(outcome.smallest),
              "netswap storm --kernel 6.12 --arms bare --runs 1 --mem 64M --cpus 1 "
              "--nic virtio-net --transport nbd --conns 1 --passes 1 --map 16M --workers 1 "
              "--seed 3");
    EXPECT_EQ(outcome.hang.log, storm_command(outcome.smallest));
    EXPECT_EQ(runner.runs, outcome.runs);
    EXPECT_EQ(outcome.candidates, outcome.runs); // each was decided by its first run
}

TEST_F(ShrinkerTest, WhatIsNeededStays) {
    FakeRunner runner([](const StormPlan &plan, const StormArguments &, int) {
        const auto &p = plan.params;
        return hang_if(p.workers >= 5 && p.conns >= 2 && p.map_mib >= 200 &&
                       p.sysctls.contains("vm.page-cluster") &&
                       plan.arms.front().has("sock_memalloc"));
    });
    auto start = bare();
    start.arms = "bare+gfp+sock+slab";
    start.conns = 4;
    start.sysctls = {"vm.a=1", "vm.page-cluster=0", "vm.b=1", "vm.c=1", "vm.d=1"};
    const auto outcome = search(runner, start);
    ASSERT_TRUE(outcome.finished);
    const auto plan = plan_storm(outcome.smallest);
    ASSERT_TRUE(plan);
    EXPECT_EQ(outcome.smallest.arms, "bare+sock_memalloc");
    EXPECT_EQ(plan->params.workers, 5);
    EXPECT_EQ(plan->params.conns, 2);
    EXPECT_EQ(plan->params.sysctls, (std::map<std::string, std::string>{{"vm.page-cluster", "0"}}));
    EXPECT_GE(plan->params.map_mib, 200);
    EXPECT_LE(plan->params.map_mib, 240); // an eighth is as fine as it goes
    EXPECT_EQ(plan->params.mem_mib, 64);
    EXPECT_EQ(plan->params.cpus, 1);
    const std::set<std::string> different(runner.asked.begin(), runner.asked.end());
    EXPECT_EQ(different.size(), static_cast<std::size_t>(outcome.candidates)); // none twice
}

TEST_F(ShrinkerTest, ModulesOfACompleteArm) {
    FakeRunner runner([](const StormPlan &plan, const StormArguments &, int) {
        return hang_if(plan.arms.front().has("rx_reserve"));
    });
    auto start = bare();
    start.arms = "netswap";
    start.module_params = {"rx:pages=0", "gfp:a=1"};
    const auto outcome = search(runner, start);
    EXPECT_EQ(outcome.smallest.arms, "mainline+rx_reserve");
    EXPECT_THAT(outcome.smallest.module_params, IsEmpty());
}

TEST_F(ShrinkerTest, FaultsAreAList) {
    FakeRunner runner([](const StormPlan &plan, const StormArguments &, int) {
        return hang_if(plan.params.faults.find("link-drop") != std::string::npos);
    });
    auto start = bare();
    start.faults = "server-kill=2,link-drop=1:5,link-carrier=1";
    const auto outcome = search(runner, start);
    EXPECT_EQ(outcome.smallest.faults, "link-drop=1:5");
}

TEST_F(ShrinkerTest, HostileTrafficThatIsNotNeededGoes) {
    FakeRunner runner([](const StormPlan &plan, const StormArguments &, int) {
        return hang_if(plan.params.hostile.find("nfqueue") != std::string::npos);
    });
    auto start = bare();
    start.hostile = "udp-flood,nfqueue,fragments";
    const auto outcome = search(runner, start);
    ASSERT_TRUE(outcome.finished);
    EXPECT_EQ(plan_storm(outcome.smallest)->params.hostile, "nfqueue");
}

TEST_F(ShrinkerTest, AScenarioThatDoesNotHangEndsTheSearch) {
    FakeRunner runner([](const auto &, const auto &, int) { return Verdict::pass; });
    const auto outcome = search(runner, bare(), {4, 1});
    EXPECT_FALSE(outcome.hangs);
    EXPECT_TRUE(outcome.finished);
    EXPECT_EQ(outcome.runs, 4);
    ASSERT_THAT(steps, SizeIs(1));
    EXPECT_EQ(steps[0].others.at(Verdict::pass), 4);
    EXPECT_FALSE(steps[0].kept);
}

TEST_F(ShrinkerTest, OtherEndsAreNoHangs) {
    FakeRunner runner([](const StormPlan &plan, const auto &, int) {
        return plan.params.workers == 16 ? Verdict::hang : Verdict::oom;
    });
    const auto outcome = search(runner, bare());
    EXPECT_EQ(plan_storm(outcome.smallest)->params.workers, 16);
}

TEST_F(ShrinkerTest, NoMoreRunsThanTheDecisionNeeds) {
    // Trial 0 passes, the others hang.
    FakeRunner runner([](const auto &, const auto &, int trial) { return hang_if(trial > 0); });
    search(runner, bare(), {5, 2});
    EXPECT_EQ(steps[0].made, 3); // pass, hang, hang
    EXPECT_TRUE(steps[0].kept);
    FakeRunner never([](const auto &, const auto &, int) { return Verdict::pass; });
    search(never, bare(), {5, 4});
    EXPECT_EQ(steps[0].made, 2); // 3 more runs cannot bring 4 hangs
}

TEST_F(ShrinkerTest, StopsWhenNoRunIsToBeMadeAnyMore) {
    FakeRunner runner([](const auto &, const auto &, int) { return Verdict::hang; });
    runner.most_runs = 4;
    const auto outcome = search(runner, bare());
    EXPECT_TRUE(outcome.hangs);
    EXPECT_FALSE(outcome.finished);
    EXPECT_EQ(outcome.runs, 4);
    EXPECT_EQ(outcome.hang.log, storm_command(outcome.smallest));
}

TEST_F(ShrinkerTest, AFailureOfTheLabIsAnError) {
    struct : TrialRunner {
        Result<std::optional<RunRecord>> run(const StormArguments &, int) override {
            return fail("no memory for a VM", exit_host);
        }
    } runner;
    const auto outcome = Shrinker({}, runner, [](const auto &) {}).search(bare());
    ASSERT_FALSE(outcome);
    EXPECT_EQ(outcome.error().message, "no memory for a VM");
}

TEST_F(ShrinkerTest, MoreThanOneArmIsNoScenario) {
    FakeRunner runner([](const auto &, const auto &, int) { return Verdict::hang; });
    auto start = bare();
    start.arms = "bare,mainline";
    const auto outcome = Shrinker({}, runner, [](const auto &) {}).search(start);
    ASSERT_FALSE(outcome);
    EXPECT_THAT(outcome.error().message, HasSubstr("a scenario has one arm"));
    EXPECT_EQ(runner.runs, 0);
}

/// A hang by chance, as real ones are: the search comes to an end, and what it gives back did
/// hang when it was run, and is not larger than what it began with.
TEST_F(ShrinkerTest, FlakyHangs) {
    for (unsigned seed = 1; seed <= 50; seed++) {
        std::mt19937 source(seed);
        FakeRunner runner([&](const StormPlan &plan, const StormArguments &, int) {
            const auto &p = plan.params;
            const bool possible = p.workers >= 3 && p.map_mib >= 150;
            return hang_if(possible && source() % 100 < 70);
        });
        const auto outcome = search(runner, bare(), {4, 1});
        if (!outcome.hangs) // 0.8 % of starts
            continue;
        ASSERT_TRUE(outcome.finished) << seed;
        const auto plan = plan_storm(outcome.smallest);
        ASSERT_TRUE(plan);
        EXPECT_GE(plan->params.workers, 3) << seed;
        EXPECT_LE(plan->params.workers, 16) << seed;
        EXPECT_GE(plan->params.map_mib, 150) << seed;
        EXPECT_LE(plan->params.map_mib, 512) << seed;
        EXPECT_EQ(outcome.hang.verdict, Verdict::hang);
        EXPECT_EQ(outcome.hang.log, storm_command(outcome.smallest));
        EXPECT_LT(outcome.runs, 300) << seed;
    }
}

} // namespace
} // namespace netswap
