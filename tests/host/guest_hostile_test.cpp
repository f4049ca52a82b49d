// SPDX-License-Identifier: GPL-2.0
#include "guest/hostile_parse.h"

#include <gtest/gtest.h>

namespace netswap::guest {
namespace {

TEST(GuestHostile, UdpSockets) {
    const auto facts = udp_facts(
        "   sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  "
        "timeout inode ref pointer drops             \n"
        "   22: 00000000:2329 00000000:0000 07 00000000:01000900 00:00000000 00000000     0        "
        "0 1200 2 0000000000000000 4711        \n"
        "   23: 00000000:2330 00000000:0000 07 00000000:00000100 00:00000000 00000000     0        "
        "0 1201 2 0000000000000000 9        \n",
        9001);
    EXPECT_EQ(facts, (Facts{{"sockets", 1}, {"queued", 0x1000900}, {"drops", 4711}}));
    EXPECT_EQ(udp_facts("", 9001).at("sockets"), 0);
}

TEST(GuestHostile, TcpSockets) {
    const auto facts = tcp_facts("  sl  local_address rem_address   st tx_queue rx_queue tr "
                                 "tm->when retrnsmt   uid  timeout "
                                 "inode\n"
                                 "   0: 00000000:232A 00000000:0000 0A 00000000:00000003 "
                                 "00:00000000 00000000     0        0 "
                                 "1 1 0000000000000000 100 0 0 10 0\n"
                                 "   1: 02004D0A:232A 01004D0A:C350 01 00000000:00010000 "
                                 "00:00000000 00000000     0        0 "
                                 "2 1 0000000000000000 20 4 30 10 -1\n"
                                 "   2: 02004D0A:232A 01004D0A:C351 08 00000000:00000010 "
                                 "00:00000000 00000000     0        0 "
                                 "3 1 0000000000000000 20 4 30 10 -1\n"
                                 "   3: 02004D0A:C000 01004D0A:2A39 01 00000000:00000999 "
                                 "00:00000000 00000000     0        0 "
                                 "4 1 0000000000000000 20 4 30 10 -1\n",
                                 9002);
    EXPECT_EQ(facts, (Facts{{"listening", 1}, {"established", 1}, {"queued", 0x10010}}));
}

TEST(GuestHostile, PacketSockets) {
    const auto facts =
        packet_facts("sk               RefCnt Type Proto  Iface R Rmem   User   Inode\n"
                     "0000000000000000 3      3    0800   0     1 16779264 0      5000  \n"
                     "0000000000000000 3      3    0003   2     1 100    0      5001  \n");
    EXPECT_EQ(facts, (Facts{{"sockets", 1}, {"queued", 16779264}}));
}

TEST(GuestHostile, Fragments) {
    const auto facts = fragment_facts("sockets: used 30\nTCP: inuse 5 orphan 0 tw 0 alloc 7 mem 1\n"
                                      "UDP: inuse 2 mem 0\nFRAG: inuse 1700 memory 4194304\n");
    EXPECT_EQ(facts, (Facts{{"queues", 1700}, {"queued", 4194304}}));
}

TEST(GuestHostile, NetfilterQueues) {
    const auto facts =
        netfilter_queue_facts("    0    456  8192 1 65535     12     30    99999  1\n");
    EXPECT_EQ(facts, (Facts{{"queues", 1}, {"queued", 8192}, {"drops", 42}}));
    EXPECT_EQ(netfilter_queue_facts("").at("queues"), 0);
}

TEST(GuestHostile, Neighbours) {
    const auto facts = neighbour_facts(
        "IP address       HW type     Flags       HW address            Mask     Device\n"
        "10.77.0.1        0x1         0x2         aa:bb:cc:dd:ee:ff     *        eth0\n"
        "10.78.0.9        0x1         0x0         00:00:00:00:00:00     *        hostile0\n"
        "10.78.0.8        0x1         0x0         00:00:00:00:00:00     *        hostile0\n",
        "hostile0");
    EXPECT_EQ(facts.at("unresolved"), 2);
}

} // namespace
} // namespace netswap::guest
