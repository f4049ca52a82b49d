// SPDX-License-Identifier: GPL-2.0
#include "lib/storm_options.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "lib/size.h"

namespace netswap {
namespace {

using ::testing::HasSubstr;

TEST(Size, Units) {
    EXPECT_EQ(parse_size("4096").value(), 4096);
    EXPECT_EQ(parse_size("300K").value(), 300 * 1024);
    EXPECT_EQ(parse_size("128m").value(), 128LL << 20);
    EXPECT_EQ(parse_size("1G").value(), 1LL << 30);
}

TEST(Size, Refusals) {
    for (const auto *text :
         {"", "M", "12X", "1.5G", "-1M", "0", "0K", "9999999999999G", " 1M", "1MB"})
        EXPECT_FALSE(parse_size(text)) << text;
}

TEST(StormOptions, DefaultsFollowTheMemory) {
    const auto plan = plan_storm({});
    ASSERT_TRUE(plan) << plan.error().message;
    EXPECT_EQ(plan->params.mem_mib, 128);
    EXPECT_EQ(plan->params.map_mib, 512);
    EXPECT_EQ(plan->params.swap_mib, 608);
    EXPECT_EQ(plan->params.workers, 16);
    EXPECT_EQ(plan->params.min_free_kb, -1);
}

TEST(StormOptions, FaultsRaiseTheLimits) {
    StormArguments arguments;
    EXPECT_EQ(plan_storm(arguments)->params.hang_after_s, 20);
    EXPECT_EQ(plan_storm(arguments)->params.timeout_s, 600);
    EXPECT_EQ(plan_storm(arguments)->params.setup, "netswap");
    arguments.setup = "netswap";
    arguments.faults = "server-kill=2,link-drop=1,daemon-kill=1";
    const auto plan = plan_storm(arguments);
    ASSERT_TRUE(plan) << plan.error().message;
    EXPECT_EQ(plan->params.hang_after_s, 90);
    EXPECT_EQ(plan->params.timeout_s, 600 + 4 * 60 + 5);
    EXPECT_EQ(plan->params.faults, "server-kill=2,link-drop=1:5,daemon-kill=1");
    arguments.hang_after_s = 30;
    arguments.timeout_s = 100;
    EXPECT_EQ(plan_storm(arguments)->params.hang_after_s, 30);
    EXPECT_EQ(plan_storm(arguments)->params.timeout_s, 100);
}

std::string refusal(const std::function<void(StormArguments &)> &change) {
    StormArguments arguments;
    change(arguments);
    const auto plan = plan_storm(arguments);
    if (plan)
        return "accepted";
    EXPECT_EQ(plan.error().code, exit_bad_input);
    return plan.error().message;
}

TEST(StormOptions, BadInputSaysWhatAndWhere) {
    EXPECT_THAT(refusal([](auto &a) { a.arms = "bear"; }), HasSubstr("unknown arm 'bear'"));
    EXPECT_THAT(refusal([](auto &a) { a.nic = "ne2000"; }), HasSubstr("unknown NIC 'ne2000'"));
    EXPECT_THAT(refusal([](auto &a) { a.transport = "tape"; }), HasSubstr("unknown transport"));
    EXPECT_THAT(refusal([](auto &a) { a.mem = "32M"; }), HasSubstr("out of range"));
    EXPECT_THAT(refusal([](auto &a) { a.mem = "lots"; }), HasSubstr("--mem: bad size 'lots'"));
    EXPECT_THAT(refusal([](auto &a) { a.swap = "600M"; }), HasSubstr("at least 608M"));
    EXPECT_THAT(refusal([](auto &a) {
                    a.map = "2G";
                    a.swap = "1G";
                }),
                HasSubstr("does not fit"));
    EXPECT_THAT(refusal([](auto &a) { a.min_free = "64M"; }), HasSubstr("out of range"));
    EXPECT_THAT(refusal([](auto &a) { a.setup = "hand"; }), HasSubstr("unknown set-up 'hand'"));
    EXPECT_THAT(refusal([](auto &a) {
                    a.setup = "netswap";
                    a.churn = 1;
                }),
                HasSubstr("--churn needs --setup nbd-client"));
    EXPECT_THAT(refusal([](auto &a) { a.io_timeout_s = -1; }), HasSubstr("--io-timeout -1"));
    EXPECT_THAT(refusal([](auto &a) { a.faults = "x=1"; }), HasSubstr("--faults: bad fault"));
    EXPECT_THAT(refusal([](auto &a) {
                    a.faults = "daemon-kill=1";
                    a.setup = "nbd-client";
                }),
                HasSubstr("needs --setup netswap"));
    EXPECT_THAT(refusal([](auto &a) {
                    a.faults = "link-drop=1";
                    a.transport = "disk";
                }),
                HasSubstr("--faults needs --transport nbd"));
    EXPECT_THAT(refusal([](auto &a) {
                    a.faults = "server-kill=1";
                    a.server = "/bin/server";
                }),
                HasSubstr("/bin/server may not keep"));
    const auto recorded = [](auto change) {
        return refusal([=](auto &a) {
            a.record = true;
            a.cpus = 1;
            change(a);
        });
    };
    EXPECT_THAT(recorded([](auto &a) { a.cpus = 2; }), HasSubstr("--record needs --cpus 1"));
    EXPECT_THAT(recorded([](auto &a) { a.transport = "disk"; }), HasSubstr("--transport nbd"));
    EXPECT_THAT(recorded([](auto &a) { a.nic = "rtl8139"; }), HasSubstr("--nic virtio-net or"));
    EXPECT_THAT(recorded([](auto &a) { a.faults = "link-drop=1"; }), HasSubstr("no --faults"));
    EXPECT_THAT(refusal([](auto &a) { a.runs = 0; }), HasSubstr("--runs 0"));
    EXPECT_THAT(refusal([](auto &a) { a.cpus = 0; }), HasSubstr("--cpus 0"));
    EXPECT_THAT(refusal([](auto &a) { a.conns = 0; }), HasSubstr("--conns 0"));
    EXPECT_THAT(refusal([](auto &a) { a.timeout_s = 15; }), HasSubstr("not longer than"));
    EXPECT_THAT(refusal([](auto &a) { a.kernel = "../x"; }), HasSubstr("unknown kernel"));
    EXPECT_THAT(refusal([](auto &a) { a.kernel = "debian-6.12"; }), HasSubstr("stock+guard"));
    EXPECT_THAT(refusal([](auto &a) { a.module_params = {"rx"}; }), HasSubstr("module:name=value"));
    EXPECT_THAT(refusal([](auto &a) { a.module_params = {"ab:c=1"}; }),
                HasSubstr("no module 'ab'"));
    for (const auto *bad :
         {"vm.swappiness", "vm.swappiness=", "=1", "../x=1", ".x=1", "a b=1", "a/b=1"})
        EXPECT_THAT(refusal([bad](auto &a) { a.sysctls = {bad}; }), HasSubstr("name=value")) << bad;
    EXPECT_THAT(refusal([](auto &a) { a.sysctls = {"vm.min_free_kbytes=9"}; }),
                HasSubstr("--min-free"));
}

TEST(StormOptions, SwapGrowsWithAGivenMap) {
    StormArguments arguments;
    arguments.map = "1G";
    EXPECT_GE(plan_storm(arguments)->params.swap_mib, 1024 * 118 / 100);
}

TEST(StormOptions, ScheduleInterleavesArmsAndSharesSeeds) {
    StormArguments arguments;
    arguments.arms = "bare,netswap,stock";
    arguments.runs = 2;
    arguments.seed = 7;
    arguments.module_params = {"rx:pages=0", "rx:level=1"};
    arguments.sysctls = {"vm.swappiness=1", "vm.swappiness=2"};
    const auto list = plan_storm(arguments)->schedule();
    ASSERT_EQ(list.size(), 6u);
    EXPECT_EQ(list[0].params.sysctls.at("vm.swappiness"), "2");
    EXPECT_EQ(list[1].arm.name, "netswap");
    EXPECT_EQ(list[1].seed, 7u);
    EXPECT_EQ(list[3].arm.name, "bare");
    EXPECT_EQ(list[3].seed, 8u);
    EXPECT_EQ(list[2].params.kernel, "6.12-stock");
    EXPECT_EQ(list[1].params.module_params.at("rx_reserve"), "pages=0 level=1");
    EXPECT_TRUE(list[0].params.module_params.empty());
    arguments.by_arm = true;
    EXPECT_EQ(plan_storm(arguments)->schedule()[1].arm.name, "bare");
    arguments.arms = "netswap,netswap+rx:pages=4";
    const auto two_ways = plan_storm(arguments)->schedule();
    EXPECT_EQ(two_ways.front().params.module_params.at("rx_reserve"), "pages=0 level=1");
    EXPECT_EQ(two_ways.back().params.module_params.at("rx_reserve"), "pages=0 level=1 pages=4");
    arguments.arms = "bare,netswap,stock";
    arguments.kernel = "debian-6.1";
    arguments.arms = "stock,stock+guard";
    EXPECT_EQ(plan_storm(arguments)->schedule()[0].params.kernel, "debian-6.1");
}

TEST(StormOptions, AModuleParameterThatNoArmTakesIsRefused) {
    StormArguments arguments;
    arguments.arms = "bare,mainline";
    arguments.module_params = {"rx:pages=0"};
    const auto refused = check_module_params(*plan_storm(arguments));
    ASSERT_FALSE(refused);
    EXPECT_THAT(refused.error().message, HasSubstr("rx_reserve:pages=0: no arm loads"));
    arguments.arms = "bare,netswap";
    EXPECT_TRUE(check_module_params(*plan_storm(arguments)));
}

} // namespace
} // namespace netswap
