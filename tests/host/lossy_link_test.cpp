// SPDX-License-Identifier: GPL-2.0
#include <algorithm>

#include <gtest/gtest.h>

#include "lib/packet_mangler.h"
#include "lib/tcp_bytes.h"

namespace netswap {
namespace {

PacketMangler::Packet packet(int number) {
    return {static_cast<unsigned char>(number & 0xff), static_cast<unsigned char>(number >> 8)};
}

/// All that comes out by `now`, by number.
std::vector<int> drain(PacketMangler &link, double now) {
    std::vector<int> numbers;
    while (const auto out = link.next(now))
        numbers.push_back((*out)[0] | (*out)[1] << 8);
    return numbers;
}

TEST(PacketMangler, AGoodLinkPassesAllInOrder) {
    PacketMangler link(0.5, 0.5, 1);
    for (int i = 0; i < 100; i++)
        link.offer(packet(i), false, 0);
    const auto out = drain(link, 0);
    ASSERT_EQ(out.size(), 100u);
    EXPECT_TRUE(std::is_sorted(out.begin(), out.end()));
    EXPECT_EQ(link.passed(), 100u);
    EXPECT_EQ(link.lost() + link.overtaken(), 0u);
}

TEST(PacketMangler, LosesItsShareAndNoMore) {
    PacketMangler link(0.05, 0, 7);
    for (int i = 0; i < 10000; i++)
        link.offer(packet(i), true, 0);
    EXPECT_EQ(drain(link, 0).size() + link.lost(), 10000u);
    EXPECT_NEAR(static_cast<double>(link.lost()), 500, 80);
    PacketMangler same(0.05, 0, 7);
    for (int i = 0; i < 10000; i++)
        same.offer(packet(i), true, 0);
    EXPECT_EQ(same.lost(), link.lost());
}

TEST(PacketMangler, LetsOthersOvertake) {
    PacketMangler link(0, 0.02, 3);
    for (int i = 0; i < 10000; i++)
        link.offer(packet(i), true, 0);
    auto out = drain(link, 1); // those still held go after their time
    EXPECT_FALSE(link.holds());
    ASSERT_EQ(out.size(), 10000u);
    EXPECT_FALSE(std::is_sorted(out.begin(), out.end()));
    EXPECT_NEAR(static_cast<double>(link.overtaken()), 200, 60);
    // Nothing is far from where it was.
    for (int i = 0; i < 10000; i++)
        EXPECT_NEAR(out[static_cast<std::size_t>(i)], i, 60);
    std::sort(out.begin(), out.end());
    EXPECT_EQ(std::unique(out.begin(), out.end()), out.end());
}

TEST(PacketMangler, AHeldPacketGoesWhenNoneOvertakesIt) {
    PacketMangler link(0, 1, 3);
    link.offer(packet(1), true, 5);
    EXPECT_TRUE(link.holds());
    EXPECT_TRUE(drain(link, 5).empty());
    EXPECT_EQ(drain(link, 5 + PacketMangler::hold_s).size(), 1u);
    EXPECT_EQ(link.overtaken(), 0u);
}

TEST(TcpBytes, OnlyGrows) {
    TcpBytes bytes(10809);
    EXPECT_EQ(bytes.take(1000), 1000u);
    EXPECT_EQ(bytes.take(1500), 1500u);
    EXPECT_EQ(bytes.take(200), 1500u); // a connection ended, another one began
    EXPECT_EQ(bytes.take(700), 2000u);
}

} // namespace
} // namespace netswap
