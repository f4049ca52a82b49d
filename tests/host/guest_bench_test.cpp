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
    int calls = 0, preparations = 0;
    NamedLoad load{"load", 3, [&]() -> Result<void> {
                       EXPECT_EQ(++calls, preparations);
                       return {};
                   }};
    load.warm_up = 2;
    load.before = [&]() -> Result<void> {
        ++preparations;
        return {};
    };
    const auto count = count_load(load, 10);
    ASSERT_TRUE(count.has_value()) << count.error().message;
    EXPECT_EQ(calls, 12);
    EXPECT_EQ(count->name, "load");
    EXPECT_EQ(count->samples, 10U);
    EXPECT_EQ(count->batch, 3U);
    EXPECT_LE(count->min, count->median);
}

TEST(GuestBench, OneFailureEndsIt) {
    int calls = 0;
    NamedLoad load{"load", 1,
                   [&]() -> Result<void> { return ++calls < 4 ? Result<void>{} : fail("broken"); }};
    const auto count = count_load(load, 10);
    ASSERT_FALSE(count.has_value());
    EXPECT_EQ(count.error().message, "load: broken");
    EXPECT_EQ(calls, 4);

    load.before = []() -> Result<void> { return fail("not ready"); };
    EXPECT_EQ(count_load(load, 10).error().message, "load: not ready");
    EXPECT_EQ(calls, 4);
}

} // namespace
} // namespace netswap::guest
