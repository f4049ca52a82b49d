// SPDX-License-Identifier: GPL-2.0
#include "report/number_text.h"
#include "report/statistics.h"

#include <gtest/gtest.h>

namespace netswap {
namespace {

TEST(Statistics, WilsonMatchesPublishedValues) {
    // Newcombe 1998, table I: 81 of 263, 15 of 148, 0 of 20, 1 of 29.
    EXPECT_NEAR(wilson95(81, 263).low, 0.2553, 5e-5);
    EXPECT_NEAR(wilson95(81, 263).high, 0.3662, 5e-5);
    EXPECT_NEAR(wilson95(15, 148).low, 0.0624, 5e-5);
    EXPECT_NEAR(wilson95(15, 148).high, 0.1605, 5e-5);
    EXPECT_NEAR(wilson95(0, 20).high, 0.1611, 5e-5);
    EXPECT_NEAR(wilson95(1, 29).low, 0.0061, 5e-5);
    EXPECT_NEAR(wilson95(1, 29).high, 0.1718, 5e-5);
}

TEST(Statistics, WilsonEndsStayInRange) {
    EXPECT_EQ(wilson95(0, 10).low, 0.0);
    EXPECT_EQ(wilson95(10, 10).high, 1.0);
    EXPECT_NEAR(wilson95(10, 10).low, 0.7225, 5e-5);
    EXPECT_EQ(wilson95(0, 0), (Interval{0, 1}));
}

TEST(Statistics, QuantilesAreLinearBetweenNeighbours) {
    EXPECT_EQ(median({}), std::nullopt);
    EXPECT_EQ(median({7}), 7.0);
    EXPECT_EQ(median({9, 1, 5}), 5.0);
    EXPECT_EQ(median({1, 2, 3, 10}), 2.5);
    EXPECT_EQ(quantile({0, 10, 20, 30, 40}, 0.25), 10.0);
    EXPECT_EQ(quantile({0, 10}, 0.9), 9.0);
    EXPECT_EQ(quantile({1, 2}, 0.0), 1.0);
    EXPECT_EQ(quantile({1, 2}, 1.0), 2.0);
}

TEST(Statistics, RatioOfMediansNeedsBothSides) {
    EXPECT_FALSE(ratio_of_medians({}, {1}));
    EXPECT_FALSE(ratio_of_medians({1}, {}));
    EXPECT_FALSE(ratio_of_medians({1}, {0, 2}));
    EXPECT_DOUBLE_EQ(ratio_of_medians({30, 40}, {10})->value, 3.5);
}

TEST(Statistics, RatioHasNoIntervalForTooFewValues) {
    // 3 against 3: the widest rank interval covers 90 % only.
    EXPECT_FALSE(ratio_of_medians({1, 2, 3}, {1, 2, 3})->range95);
    EXPECT_TRUE(ratio_of_medians({1, 2, 3, 4}, {1, 2, 3, 4})->range95);
    EXPECT_TRUE(ratio_of_medians({1, 2, 3}, {1, 2, 3, 4, 5})->range95);
}

TEST(Statistics, RatioIntervalCutsByTheRankTable) {
    // 4 against 4: critical U is 0, so the interval runs over all quotients.
    const auto four = ratio_of_medians({1, 2, 3, 4}, {1, 1, 1, 1});
    EXPECT_EQ(*four->range95, (Interval{1, 4}));
    // 5 against 5: critical U is 2, so two quotients are left out at each end.
    const auto five = ratio_of_medians({16, 17, 18, 19, 20}, {1, 1.001, 1.002, 1.003, 1.004});
    EXPECT_NEAR(five->range95->low, 16 / 1.002, 1e-9);
    EXPECT_NEAR(five->range95->high, 20 / 1.002, 1e-9);
}

TEST(Statistics, RatioIntervalOfLargeSamplesIsNarrowAndHoldsTheRatio) {
    std::vector<double> a;
    std::vector<double> b;
    for (int i = 0; i < 60; i++) {
        b.push_back(20 + 0.1 * i);
        a.push_back(1.25 * b.back());
    }
    const auto ratio = ratio_of_medians(a, b);
    EXPECT_DOUBLE_EQ(ratio->value, 1.25);
    EXPECT_GT(ratio->range95->low, 1.18);
    EXPECT_LT(ratio->range95->high, 1.32);
    // The exact and the approximate way agree where one hands over to the other.
    a.resize(50);
    b.resize(50);
    const auto exact = ratio_of_medians(a, b);
    b.push_back(22.45);
    const auto approximate = ratio_of_medians(a, b);
    EXPECT_NEAR(exact->range95->low, approximate->range95->low, 0.01);
    EXPECT_NEAR(exact->range95->high, approximate->range95->high, 0.01);
}

TEST(NumberText, KeepsThreeFiguresAboveTenThousand) {
    EXPECT_EQ(compact(std::nullopt), "-");
    EXPECT_EQ(compact(0), "0");
    EXPECT_EQ(compact(9999), "9999");
    EXPECT_EQ(compact(12345), "12.3k");
    EXPECT_EQ(compact(151234), "151k");
    EXPECT_EQ(compact(999499), "999k");
    EXPECT_EQ(compact(999600), "1.00M");
    EXPECT_EQ(compact(1254000), "1.25M");
    EXPECT_EQ(compact(5e9), "5.00G");
}

TEST(NumberText, WritesRanges) {
    EXPECT_EQ(percent_range(wilson95(10, 10)), "72-100 %");
    EXPECT_EQ(elapsed_text(std::nullopt, std::nullopt), "-");
    EXPECT_EQ(elapsed_text(18.26, Interval{17.94, 20.5}), "18.3 (17.9-20.5)");
    EXPECT_EQ(elapsed_text(18.26, Interval{18.26, 18.26}), "18.3");
    EXPECT_EQ(ratio_text(Ratio{0.951, Interval{0.9, 1.052}}), "0.95 [0.90-1.05]");
    EXPECT_EQ(ratio_text(Ratio{0.951, std::nullopt}), "0.95");
    EXPECT_EQ(ratio_text(std::nullopt), "-");
}

} // namespace
} // namespace netswap
