// SPDX-License-Identifier: GPL-2.0
#include "guest/bench_sample.h"

#include <gtest/gtest.h>

namespace netswap::guest {
namespace {

TEST(GuestBench, ReadsWhatTheModuleSays) {
    const auto count = parse_count("udp-receive 16 200 35723 35863\n");
    ASSERT_TRUE(count.has_value()) << count.error().message;
    EXPECT_EQ(count->name, "udp-receive");
    EXPECT_EQ(count->batch, 16U);
    EXPECT_EQ(count->samples, 200U);
    EXPECT_EQ(count->min, 35723U);
    EXPECT_EQ(count->median, 35863U);
}

TEST(GuestBench, RefusesAnythingElse) {
    for (const auto *text :
         {"", "page", "page 1 200 5", "page 0 200 5 6", "page 1 200 5 x", "page 1 200 5 6 7"})
        EXPECT_FALSE(parse_count(text).has_value()) << text;
}

TEST(GuestBench, MakesSamplesAfterWarmingUp) {
    int calls = 0;
    const auto count = count_load("load", 3, 10, [&]() -> Result<void> {
        ++calls;
        return {};
    });
    ASSERT_TRUE(count.has_value()) << count.error().message;
    EXPECT_GT(calls, 10);
    EXPECT_EQ(count->samples, 10U);
    EXPECT_EQ(count->batch, 3U);
    EXPECT_LE(count->min, count->median);
}

TEST(GuestBench, OneFailureEndsIt) {
    int calls = 0;
    const auto count = count_load("load", 1, 10, [&]() -> Result<void> {
        return ++calls < 4 ? Result<void>{} : fail("broken");
    });
    ASSERT_FALSE(count.has_value());
    EXPECT_EQ(count.error().message, "load: broken");
    EXPECT_EQ(calls, 4);
}

} // namespace
} // namespace netswap::guest
