// SPDX-License-Identifier: GPL-2.0
#include "guest/churn_plan.h"

#include <algorithm>
#include <gtest/gtest.h>
#include <set>

namespace netswap::guest {
namespace {

const std::vector<std::string> five{"gfp_memalloc", "pfmemalloc_slab", "sock_memalloc",
                                    "reclaim_throttle", "rx_reserve"};

std::vector<std::string> with_core(std::vector<std::string> names) {
    names.insert(names.begin(), std::string(core_module));
    return names;
}

/// Replays a plan as the kernel would see it and checks every step.
std::set<std::string> replay(const std::vector<ChurnStep> &plan,
                             const std::vector<std::string> &start) {
    std::set<std::string> loaded(start.begin(), start.end());
    const std::string core(core_module);
    for (const auto &step : plan) {
        if (step.load) {
            EXPECT_TRUE(step.module == core || loaded.contains(core)) << "core missing";
            EXPECT_TRUE(loaded.insert(step.module).second) << step.module << " loaded twice";
        } else {
            EXPECT_TRUE(step.module != core || loaded.size() == 1) << "core still needed";
            EXPECT_EQ(loaded.erase(step.module), 1U) << step.module << " was not loaded";
        }
    }
    return loaded;
}

class ChurnPlan : public testing::TestWithParam<std::uint64_t> {};

TEST_P(ChurnPlan, EveryStepIsPossibleAndTheStartComesBack) {
    for (const auto &start :
         {with_core(five), with_core({"rx_reserve"}), with_core({}), std::vector<std::string>{}}) {
        const auto plan = plan_churn(GetParam(), 50, five, start);
        EXPECT_EQ(replay(plan, start), std::set<std::string>(start.begin(), start.end()));
    }
}

INSTANTIATE_TEST_SUITE_P(Seeds, ChurnPlan, testing::Range<std::uint64_t>(0, 40));

TEST(ChurnPlan, HasEveryRoundInOrder) {
    const auto plan = plan_churn(3, 50, five, with_core(five));
    std::set<int> rounds;
    for (const auto &step : plan)
        rounds.insert(step.round);
    for (int round = 1; round <= 50; ++round)
        EXPECT_TRUE(rounds.contains(round)) << round;
    EXPECT_TRUE(std::is_sorted(plan.begin(), plan.end(),
                               [](const auto &a, const auto &b) { return a.round < b.round; }));
}

TEST(ChurnPlan, MovesEveryModuleAndTheCore) {
    const auto plan = plan_churn(1, 50, five, with_core(five));
    for (const auto &name : with_core(five))
        EXPECT_TRUE(std::any_of(plan.begin(), plan.end(), [&](const auto &step) {
            return step.module == name && !step.load;
        })) << name;
}

TEST(ChurnPlan, DependsOnTheSeedAlone) {
    EXPECT_EQ(plan_churn(5, 20, five, with_core(five)), plan_churn(5, 20, five, with_core(five)));
    EXPECT_NE(plan_churn(5, 20, five, with_core(five)), plan_churn(6, 20, five, with_core(five)));
}

TEST(ChurnPlan, NoRoundsNoSteps) {
    EXPECT_TRUE(plan_churn(1, 0, five, with_core(five)).empty());
}

} // namespace
} // namespace netswap::guest
