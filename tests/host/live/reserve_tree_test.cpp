// SPDX-License-Identifier: GPL-2.0
#include "live/reserve_tree.h"

#include <memory>

#include <gtest/gtest.h>
#include <netlink/attr.h>
#include <netlink/genl/genl.h>
#include <netlink/msg.h>
#include <nlohmann/json.hpp>

#include "kmod/uapi/netswap.h"

using namespace netswap::live;

namespace {

using Message = std::unique_ptr<nl_msg, void (*)(nl_msg *)>;

Message group_message(const char *name) {
    Message message(nlmsg_alloc(), nlmsg_free);
    genlmsg_put(message.get(), 0, 0, 20, 0, 0, NETSWAP_CMD_GROUP_GET, NETSWAP_FAMILY_VERSION);
    if (name != nullptr)
        nla_put_string(message.get(), NETSWAP_A_GROUP_NAME, name);
    return message;
}

std::vector<ReserveGroup> some_groups() {
    ReserveGroup total{.name = "total", .pages = 360, .wanted = 488, .active = true};
    ReserveGroup network{
        .name = "network", .parent = "total", .pages = 264, .wanted = 392, .active = true};
    ReserveGroup rings{.name = "rings",
                       .parent = "network",
                       .pages = 128,
                       .wanted = 256,
                       .active = true,
                       .usage = 7,
                       .high = 90};
    ReserveGroup reclaim{.name = "reclaim",
                         .parent = "total",
                         .pages = 32,
                         .wanted = 32,
                         .set = 32,
                         .active = true,
                         .usage = 0,
                         .high = 3};
    // The kernel lists NICs last, far from their parent.
    ReserveGroup nic{
        .name = "rings-eth0", .parent = "rings", .pages = 128, .wanted = 256, .active = true};
    return {total, network, rings, reclaim, nic};
}

} // namespace

TEST(ReserveTree, ReadsAGroup) {
    auto message = group_message("rings");
    nla_put_string(message.get(), NETSWAP_A_GROUP_PARENT, "network");
    nla_put_u32(message.get(), NETSWAP_A_GROUP_PAGES, 128);
    nla_put_u32(message.get(), NETSWAP_A_GROUP_WANTED, 130);
    nla_put_u32(message.get(), NETSWAP_A_GROUP_ACTIVE, 1);
    nla_put_u32(message.get(), NETSWAP_A_GROUP_USAGE, 5);
    nla_put_u32(message.get(), NETSWAP_A_GROUP_HIGH, 6);
    const auto group = parse_group(*nlmsg_hdr(message.get()));
    ASSERT_TRUE(group);
    EXPECT_EQ(group->name, "rings");
    EXPECT_EQ(group->parent, "network");
    EXPECT_EQ(group->pages, 128U);
    EXPECT_EQ(group->wanted, 130U);
    EXPECT_TRUE(group->active);
    EXPECT_EQ(group->usage, 5U);
    EXPECT_EQ(group->high, 6U);
    EXPECT_FALSE(group->set);
}

TEST(ReserveTree, AMessageWithoutANameIsNoGroup) {
    EXPECT_FALSE(parse_group(*nlmsg_hdr(group_message(nullptr).get())));
    auto damaged = group_message("rings");
    nlmsg_hdr(damaged.get())->nlmsg_len -= 6;
    EXPECT_FALSE(parse_group(*nlmsg_hdr(damaged.get())));
}

TEST(ReserveTree, TheTablePutsChildrenBelowTheirParent) {
    const auto table = reserve_table(some_groups(), 4096);
    const auto rings = table.find("    rings ");
    const auto nic = table.find("      rings-eth0 ");
    const auto reclaim = table.find("  reclaim ");
    ASSERT_NE(rings, std::string::npos) << table;
    ASSERT_NE(nic, std::string::npos) << table;
    ASSERT_NE(reclaim, std::string::npos) << table;
    EXPECT_LT(rings, nic);
    EXPECT_LT(nic, reclaim);
    EXPECT_NE(table.find("could not grow"), std::string::npos) << table;
    EXPECT_NE(table.find("set to 32 by request"), std::string::npos) << table;
    EXPECT_NE(table.find("1.4 MiB kept below every watermark"), std::string::npos) << table;
}

TEST(ReserveTree, ALoopOfParentsEnds) {
    ReserveGroup a{.name = "a", .parent = "b"};
    ReserveGroup b{.name = "b", .parent = "a"};
    ReserveGroup own{.name = "own", .parent = "own"};
    EXPECT_NE(reserve_table({a, b, own}, 4096).find("GROUP"), std::string::npos);
}

TEST(ReserveTree, JsonSaysNullWhereThereIsNothing) {
    const auto json = nlohmann::json::parse(reserve_json(some_groups(), 4096));
    EXPECT_EQ(json["page_bytes"], 4096);
    EXPECT_EQ(json["groups"].size(), 5U);
    EXPECT_TRUE(json["groups"][0]["parent"].is_null());
    EXPECT_TRUE(json["groups"][0]["usage"].is_null());
    EXPECT_EQ(json["groups"][2]["high"], 90);
    EXPECT_EQ(json["groups"][3]["set"], 32);
}
