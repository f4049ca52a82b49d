// SPDX-License-Identifier: GPL-2.0
#pragma once

#include <gtest/gtest.h>

#include "lib/storm_setting.h"
#include "matrix/shrinker.h"

namespace netswap::test {

/// Hangs where a rule says so; counts what it is asked.
class FakeRunner final : public TrialRunner {
  public:
    using Rule = std::function<Verdict(const StormPlan &, const StormArguments &, int trial)>;
    explicit FakeRunner(Rule rule) : rule_(std::move(rule)) {}

    Result<std::optional<RunRecord>> run(const StormArguments &scenario, int trial) override {
        if (runs == most_runs)
            return std::nullopt;
        runs++;
        const auto plan = plan_storm(scenario);
        if (!plan)
            return tl::unexpected(plan.error());
        asked.push_back(storm_command(scenario));
        RunRecord record;
        record.arm = scenario.arms;
        record.params = plan->schedule().front().params;
        record.verdict = rule_(*plan, scenario, trial);
        record.log = asked.back();
        return record;
    }

    int runs = 0;
    int most_runs = -1;
    std::vector<std::string> asked;

  private:
    Rule rule_;
};

inline Verdict hang_if(bool hangs) {
    return hangs ? Verdict::hang : Verdict::pass;
}

class ShrinkerTest : public ::testing::Test {
  protected:
    ShrinkOutcome search(TrialRunner &runner, const StormArguments &start, ShrinkRules rules = {}) {
        steps.clear();
        auto outcome =
            Shrinker(rules, runner, [&](const auto &step) { steps.push_back(step); }).search(start);
        EXPECT_TRUE(outcome) << outcome.error().message;
        return *outcome;
    }
    static StormArguments bare() {
        StormArguments start;
        start.arms = "bare";
        start.seed = 3;
        return start;
    }
    std::vector<ShrinkStep> steps;
};

} // namespace netswap::test
