// SPDX-License-Identifier: GPL-2.0
#include "guest/ktap.h"

#include <gtest/gtest.h>

namespace netswap::guest {
namespace {

TestResult passed(std::string suite, std::string name) {
    return {std::move(suite), std::move(name), true, false, ""};
}

TEST(Ktap, SuiteWithCases) {
    const auto results = parse_ktap("KTAP version 1\n"
                                    "1..1\n"
                                    "    KTAP version 1\n"
                                    "    # Subtest: reserve\n"
                                    "    # module: netswap_kunit\n"
                                    "    1..3\n"
                                    "    ok 1 opens\n"
                                    "    # fills: EXPECTATION FAILED at kmod/x.c:9\n"
                                    "    Expected a == b\n"
                                    "    not ok 2 fills\n"
                                    "    ok 3 drains # SKIP no NUMA here\n"
                                    "# reserve: pass:1 fail:1 skip:1 total:3\n"
                                    "not ok 1 reserve\n");
    ASSERT_EQ(results.size(), 3U);
    EXPECT_EQ(results[0], passed("reserve", "opens"));
    EXPECT_EQ(results[1].name, "fills");
    EXPECT_FALSE(results[1].ok);
    EXPECT_EQ(results[1].detail, "# fills: EXPECTATION FAILED at kmod/x.c:9\nExpected a == b\n");
    EXPECT_TRUE(results[2].ok);
    EXPECT_TRUE(results[2].skip);
    EXPECT_EQ(results[2].detail, "no NUMA here");
}

TEST(Ktap, ParametersAreASuiteOfTheirOwn) {
    const auto results = parse_ktap("    # Subtest: gfp\n"
                                    "    1..2\n"
                                    "        KTAP version 1\n"
                                    "        # Subtest: depth\n"
                                    "        ok 1 none\n"
                                    "        ok 2 half of min\n"
                                    "    # depth: pass:2 fail:0\n"
                                    "    ok 1 depth\n"
                                    "    ok 2 other\n"
                                    "ok 1 gfp\n");
    ASSERT_EQ(results.size(), 3U);
    EXPECT_EQ(results[0], passed("gfp.depth", "none"));
    EXPECT_EQ(results[1], passed("gfp.depth", "half of min"));
    EXPECT_EQ(results[2], passed("gfp", "other"));
}

TEST(Ktap, CutOffSuiteIsAFailure) {
    const auto results = parse_ktap("    # Subtest: slab\n    1..2\n    ok 1 first\n");
    ASSERT_EQ(results.size(), 2U);
    EXPECT_TRUE(results[0].ok);
    EXPECT_EQ(results[1].suite, "slab");
    EXPECT_EQ(results[1].name, "(incomplete)");
    EXPECT_FALSE(results[1].ok);
}

TEST(Ktap, NextSuiteDoesNotHideACutOffOne) {
    const auto results = parse_ktap("    # Subtest: one\n    1..1\n"
                                    "    # Subtest: two\n    1..1\n    ok 1 x\nok 2 two\n");
    ASSERT_EQ(results.size(), 2U);
    EXPECT_EQ(results[0].name, "(incomplete)");
    EXPECT_EQ(results[0].suite, "one");
    EXPECT_EQ(results[1], passed("two", "x"));
}

TEST(Ktap, UnfulfilledPlanIsAFailure) {
    const auto results = parse_ktap("    # Subtest: s\n    1..3\n    ok 1 a\nok 1 s\n");
    ASSERT_EQ(results.size(), 2U);
    EXPECT_EQ(results[1].name, "(plan)");
    EXPECT_EQ(results[1].detail, "ran 1 of 3");
}

TEST(Ktap, SuiteThatFailsByItselfIsAFailure) {
    const auto results =
        parse_ktap("    # Subtest: s\n    1..1\n    ok 1 a\n# s: exit failed\nnot ok 1 s\n");
    ASSERT_EQ(results.size(), 2U);
    EXPECT_EQ(results[1].name, "(suite)");
    EXPECT_FALSE(results[1].ok);
    EXPECT_EQ(results[1].detail, "# s: exit failed\n");
}

TEST(Ktap, SkippedSuiteIsOneSkip) {
    const auto results = parse_ktap("    # Subtest: s\n    1..0\nok 1 s # SKIP not here\n");
    ASSERT_EQ(results.size(), 1U);
    EXPECT_EQ(results[0], (TestResult{"s", "(suite)", true, true, "not here"}));
}

TEST(Ktap, OtherTextIsNoTest) {
    EXPECT_TRUE(parse_ktap("").empty());
    EXPECT_TRUE(parse_ktap("nbd0: detected capacity change\nokay 1 x\nok then\n").empty());
}

TEST(Ktap, NameWithHashStaysWhole) {
    const auto results = parse_ktap("ok 1 page#3 of zone\n");
    ASSERT_EQ(results.size(), 1U);
    EXPECT_EQ(results[0].name, "page#3 of zone");
}

} // namespace
} // namespace netswap::guest
