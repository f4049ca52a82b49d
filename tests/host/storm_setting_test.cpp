// SPDX-License-Identifier: GPL-2.0
#include "lib/storm_setting.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace netswap {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

Status set(StormArguments &arguments, std::string_view name, const std::string &text) {
    return find_storm_setting(name)->set(arguments, text);
}

RunRecord record_of(const StormArguments &arguments) {
    const auto plan = plan_storm(arguments);
    EXPECT_TRUE(plan) << plan.error().message;
    const auto run = plan->schedule().front();
    RunRecord record;
    record.arm = run.arm.name;
    record.seed = run.seed;
    record.params = run.params;
    return record;
}

TEST(StormSetting, ValuesAreReadAsTheirKind) {
    StormArguments a;
    ASSERT_TRUE(set(a, "mem", "192M"));
    ASSERT_TRUE(set(a, "cpus", "4"));
    ASSERT_TRUE(set(a, "hang-after", "2.5"));
    ASSERT_TRUE(set(a, "sysctl", "vm.swappiness=10"));
    ASSERT_TRUE(set(a, "sysctl", "vm.page-cluster=0"));
    EXPECT_EQ(a.mem, "192M");
    EXPECT_EQ(a.cpus, 4);
    EXPECT_EQ(a.hang_after_s, 2.5);
    EXPECT_THAT(a.sysctls, ElementsAre("vm.swappiness=10", "vm.page-cluster=0"));
    EXPECT_THAT(find_storm_setting("hang-after")->get(a), ElementsAre("2.5"));
    EXPECT_THAT(find_storm_setting("map")->get(a), IsEmpty());
    EXPECT_EQ(find_storm_setting("frobnicate"), nullptr);
}

TEST(StormSetting, WhatIsNoNumberIsRefused) {
    StormArguments a;
    for (const auto *text : {"", "two", "2x", "1.5", " 1"}) {
        const auto ok = set(a, "cpus", text);
        ASSERT_FALSE(ok) << text;
        EXPECT_THAT(ok.error().message, HasSubstr("is no number"));
        EXPECT_EQ(ok.error().code, exit_bad_input);
    }
    EXPECT_EQ(a.cpus, 2);
}

TEST(StormSetting, NamesAreUnique) {
    for (const auto &setting : storm_settings())
        EXPECT_EQ(find_storm_setting(setting.name), &setting) << setting.name;
}

TEST(StormSetting, ARecordGivesTheArgumentsThatMadeIt) {
    StormArguments a;
    a.arms = "bare+gfp+sock";
    a.seed = 7;
    a.mem = "192M";
    a.cpus = 1;
    a.nic = "e1000";
    a.conns = 2;
    a.min_free = "300K";
    a.passes = 2;
    a.map = "400M";
    a.workers = 3;
    a.hang_after_s = 60;
    a.module_params = {"gfp:limit=3"};
    a.sysctls = {"vm.swappiness=10"};
    a.faults = "link-drop=1:5";
    const auto record = record_of(a);
    const auto again = arguments_of(record);
    EXPECT_EQ(record_of(again).params, record.params);
    EXPECT_EQ(storm_command(again),
              "netswap storm --kernel 6.12 --arms bare+gfp+sock --runs 1 --mem 192M --cpus 1 "
              "--nic e1000 --transport nbd --conns 2 --min-free 300K --passes 2 "
              "--faults link-drop=1:5 --module-param gfp_memalloc:limit=3 "
              "--sysctl vm.swappiness=10 --map 400M --workers 3 --hang-after 60 --seed 7");
}

TEST(StormSetting, ParametersInTheNameOfAnArmAreNotGivenTwice) {
    StormArguments a;
    a.arms = "bare+gfp:a=1+sock:b=2";
    a.module_params = {"gfp:c=3"};
    const auto record = record_of(a);
    const auto again = arguments_of(record);
    EXPECT_THAT(again.module_params, ElementsAre("gfp_memalloc:c=3"));
    EXPECT_EQ(record_of(again).params, record.params);
}

TEST(StormSetting, WhatFollowsFromTheRestIsLeftOut) {
    StormArguments a;
    a.arms = "stock";
    a.kernel = "6.12";
    a.churn = 3;
    a.setup = "nbd-client";
    const auto again = arguments_of(record_of(a));
    EXPECT_EQ(storm_command(again),
              "netswap storm --kernel 6.12 --arms stock --runs 1 --mem 128M --cpus 2 "
              "--nic virtio-net --transport nbd --conns 1 --passes 1 --churn 3 --seed 1");
}

} // namespace
} // namespace netswap
