// SPDX-License-Identifier: GPL-2.0
#include "lib/arm.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace netswap {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

TEST(Arm, Bases) {
    EXPECT_EQ(parse_arm("bare")->policy, Policy::bare);
    EXPECT_TRUE(parse_arm("bare")->bare_control());
    EXPECT_THAT(parse_arm("mainline")->modules, IsEmpty());
    EXPECT_EQ(parse_arm("stock")->policy, Policy::stock);
    EXPECT_EQ(parse_arm("netswap")->policy, Policy::mainline);
    EXPECT_THAT(parse_arm("netswap")->modules,
                ElementsAre("netswap", "gfp_memalloc", "pfmemalloc_slab", "sock_memalloc",
                            "reclaim_throttle", "rx_reserve"));
}

TEST(Arm, ModulesComeAndGoFromLeftToRight) {
    EXPECT_THAT(parse_arm("bare+slab+gfp")->modules,
                ElementsAre("netswap", "gfp_memalloc", "pfmemalloc_slab"));
    EXPECT_FALSE(parse_arm("bare+all-rx")->has("rx_reserve"));
    EXPECT_FALSE(parse_arm("netswap-throttle")->complete());
    EXPECT_TRUE(parse_arm("bare+all")->complete());
    EXPECT_THAT(parse_arm("netswap-all")->modules, IsEmpty());
    EXPECT_TRUE(parse_arm("bare+rx_reserve")->has("rx_reserve"));
}

TEST(Arm, AModuleIsGivenParameters) {
    const auto arm = parse_arm("netswap+sock:splice=0+rx:pages=8+rx_reserve:level=1");
    ASSERT_TRUE(arm);
    EXPECT_TRUE(arm->complete());
    EXPECT_EQ(arm->params.at("sock_memalloc"), "splice=0");
    EXPECT_EQ(arm->params.at("rx_reserve"), "pages=8 level=1");
    // Taken away again, with its parameters.
    EXPECT_TRUE(parse_arm("netswap+sock:splice=0-sock")->params.empty());
    EXPECT_TRUE(parse_arm("netswap")->params.empty());
}

TEST(Arm, AStockKernelTakesTheGuardAndNoOther) {
    EXPECT_THAT(parse_arm("stock+guard")->modules, ElementsAre("netswap_guard"));
    EXPECT_THAT(parse_arm("stock+netswap_guard-guard")->modules, IsEmpty());
    EXPECT_EQ(module_long_name("guard"), "netswap_guard");
    EXPECT_THAT(groups_of_module("netswap_guard"), IsEmpty());
}

TEST(Arm, BadOnesAreNamedWithTheGrammar) {
    for (const auto *text :
         {"", "bear", "bare+", "bare+foo", "bare-gfp", "stock+gfp", "+gfp", "bare gfp", "Bare",
          "stock-guard", "bare+guard", "netswap+guard", "stock+all", "netswap+sock:splice",
          "netswap+sock:=1", "netswap+foo:a=1", "netswap-sock:splice=0"}) {
        const auto arm = parse_arm(text);
        ASSERT_FALSE(arm) << text;
        EXPECT_THAT(arm.error().message, HasSubstr("an arm is bare, mainline"));
        EXPECT_EQ(arm.error().code, exit_bad_input);
    }
}

TEST(Arm, Lists) {
    EXPECT_EQ(parse_arms("bare,mainline, netswap")->size(), 3u);
    EXPECT_FALSE(parse_arms(""));
    EXPECT_FALSE(parse_arms("bare,,netswap"));
    EXPECT_FALSE(parse_arms("bare,bare"));
}

} // namespace
} // namespace netswap
