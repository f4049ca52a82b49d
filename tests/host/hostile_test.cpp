// SPDX-License-Identifier: GPL-2.0
#include "lib/hostile.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "lib/hostile_state.h"
#include "lib/storm_options.h"

namespace netswap {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

TEST(Hostile, ParsesAndBack) {
    const auto kinds = parse_hostile("jumbo, udp-flood,loss5");
    ASSERT_TRUE(kinds) << kinds.error().message;
    EXPECT_THAT(*kinds,
                ElementsAre(HostileKind::udp_flood, HostileKind::loss5, HostileKind::jumbo));
    EXPECT_EQ(hostile_text(*kinds), "udp-flood,loss5,jumbo");
    EXPECT_THAT(*parse_hostile(""), IsEmpty());
    EXPECT_EQ(hostile_text({}), "");
    for (const auto kind : hostile_kinds)
        EXPECT_EQ(hostile_kind_from_string(to_string(kind)), kind);
}

TEST(Hostile, BadNamesSayWhatAndWhere) {
    EXPECT_THAT(parse_hostile("udp").error().message,
                HasSubstr("unknown name 'udp': choose udp-flood, tcp-unread, "));
    EXPECT_THAT(parse_hostile("jumbo,,memcg").error().message, HasSubstr("unknown name ''"));
    EXPECT_THAT(parse_hostile("jumbo,jumbo").error().message, HasSubstr("'jumbo' is there twice"));
    EXPECT_THAT(parse_hostile("loss1,loss5").error().message, HasSubstr("exclude each other"));
    EXPECT_EQ(parse_hostile("x").error().code, exit_bad_input);
}

TEST(Hostile, LossAndNetwork) {
    EXPECT_EQ(loss_of({HostileKind::jumbo}), 0);
    EXPECT_EQ(loss_of({HostileKind::loss1}), 0.01);
    EXPECT_EQ(loss_of({HostileKind::udp_flood, HostileKind::loss5}), 0.05);
    EXPECT_FALSE(needs_network({HostileKind::memcg}));
    EXPECT_TRUE(needs_network({HostileKind::memcg, HostileKind::jumbo}));
}

StormArguments with(const std::string &hostile) {
    StormArguments arguments;
    arguments.hostile = hostile;
    return arguments;
}

TEST(Hostile, OptionsThatDoNotGoTogether) {
    const auto plan = plan_storm(with("memcg,udp-flood"));
    ASSERT_TRUE(plan) << plan.error().message;
    EXPECT_EQ(plan->params.hostile, "udp-flood,memcg");

    EXPECT_THAT(plan_storm(with("flood")).error().message, HasSubstr("--hostile: unknown name"));
    auto disk = with("udp-flood");
    disk.transport = "disk";
    EXPECT_THAT(plan_storm(disk).error().message, HasSubstr("--hostile needs --transport nbd"));
    disk.hostile = "memcg";
    EXPECT_TRUE(plan_storm(disk));
    auto small = with("jumbo");
    small.nic = "rtl8139";
    EXPECT_THAT(plan_storm(small).error().message, HasSubstr("rtl8139 cannot take"));
}

RunParams params_with(const std::string &hostile) {
    RunParams params;
    params.workers = 16;
    params.hostile = hostile;
    return params;
}

TEST(Hostile, WhatTheGuestLacksIsNamed) {
    StateReadback state;
    EXPECT_THAT(hostile_mismatch(params_with(""), state), IsEmpty());
    EXPECT_THAT(hostile_mismatch(params_with("udp-flood"), state),
                ElementsAre("the guest says nothing of sockets for udp-flood"));
    state.hostile["udp-flood"] = {{"sockets", 0}};
    EXPECT_THAT(hostile_mismatch(params_with("udp-flood"), state),
                ElementsAre("sockets for udp-flood is 0 in the guest"));
    state.hostile["udp-flood"]["sockets"] = 1;
    EXPECT_THAT(hostile_mismatch(params_with("udp-flood"), state), IsEmpty());

    state.hostile["memcg"] = {{"workers", 15}};
    EXPECT_THAT(hostile_mismatch(params_with("memcg"), state),
                ElementsAre("workers for memcg is 15 in the guest"));
    state.hostile["memcg"]["workers"] = 16;
    EXPECT_THAT(hostile_mismatch(params_with("memcg"), state), IsEmpty());
    state.hostile["fragments"] = {{"limit", -1}};
    EXPECT_THAT(hostile_mismatch(params_with("fragments,memcg"), state),
                ElementsAre("limit for fragments is -1 in the guest"));
    state.hostile["jumbo"] = {{"mtu", 1500}, {"segmentation", 1}};
    EXPECT_THAT(hostile_mismatch(params_with("jumbo"), state),
                ElementsAre("mtu for jumbo is 1500 in the guest"));
}

} // namespace
} // namespace netswap
