// SPDX-License-Identifier: GPL-2.0
#include "live/machine_facts.h"

#include <gtest/gtest.h>

#include "live/fake_machine_tree.h"

using namespace netswap;
using namespace netswap::live;

namespace {

class MachineFactsFiles : public ::testing::Test {
  protected:
    MachineFactsFiles() {
        tree_.put("/proc/zoneinfo", small_zoneinfo);
        tree_.put("/proc/sys/vm/min_free_kbytes", "16384");
    }
    Result<MachineFacts> read(const std::vector<std::string> &servers = {}) {
        return read_machine_facts(tree_.paths(), links_, servers);
    }
    FakeMachineTree tree_;
    FakeLinks links_;
};

// Feature bits, lowest first: bit 7 and 8 are guest TSO, bit 15 mergeable buffers.
const std::string mergeable_and_tso = "00000001100000010000";
const std::string tso_alone = "00000001100000000000";
const std::string neither = "00000000000000000000";

} // namespace

TEST_F(MachineFactsFiles, AreReadFromTheTree) {
    tree_.put("/proc/sys/vm/watermark_boost_factor", "15000");
    tree_.put("/proc/sys/net/ipv4/tcp_wmem", "4096\t16384\t1048576");
    tree_.put("/proc/sys/net/ipv4/tcp_rmem", "4096\t65536\t6291456");
    tree_.put("/proc/sys/net/ipv4/tcp_mem", "1536\t2048\t3072");
    tree_.put("/proc/sys/net/ipv6/ip6frag_high_thresh", "1000000");
    tree_.put("/sys/devices/system/cpu/online", "0-3,6,8-9");
    tree_.put("/sys/kernel/mm/transparent_hugepage/enabled", "always [madvise] never");
    tree_.put("/sys/kernel/mm/transparent_hugepage/hpage_pmd_size", "2097152");
    tree_.put("/sys/kernel/slab/skbuff_head_cache/order", "1");
    const auto facts = read();
    ASSERT_TRUE(facts) << facts.error().message;
    EXPECT_EQ(facts->min_free_kb, 16384);
    EXPECT_EQ(facts->boost_factor, 15000);
    EXPECT_EQ(facts->tcp_wmem_max, 1048576);
    EXPECT_EQ(facts->tcp_rmem_default, 65536);
    EXPECT_EQ(facts->tcp_mem_max, 3072);
    EXPECT_EQ(facts->ipfrag_high, 4 << 20); // not in the tree: the kernel's default
    EXPECT_EQ(facts->ip6frag_high, 1000000);
    EXPECT_EQ(facts->cpus, 7);
    EXPECT_EQ(facts->thp, "madvise");
    EXPECT_EQ(facts->pageblock_pages, 512);
    EXPECT_FALSE(facts->hook);
    EXPECT_TRUE(facts->slabs.at(0).known);
    EXPECT_EQ(facts->slabs.at(0).pages, 2);
    EXPECT_FALSE(facts->slabs.at(1).known);
    EXPECT_EQ(facts->slabs.at(1).pages, 8);
}

TEST_F(MachineFactsFiles, HaveSlabSizesWithoutSysfs) {
    tree_.put("/proc/slabinfo", "slabinfo - version: 2.1\n"
                                "# name <active_objs> <num_objs> <objsize> <objperslab> "
                                "<pagesperslab> : tunables\n"
                                "skbuff_head_cache    325    432    256   16    1 : tunables\n"
                                "skbuff_fclone_cache\n"
                                "kmalloc-2k  831  848  2048  4  2 : tunables");
    tree_.put("/sys/kernel/slab/kmalloc-1k/order", "2");
    const auto facts = read();
    ASSERT_TRUE(facts) << facts.error().message;
    std::vector<int> pages;
    std::vector<bool> known;
    for (const auto &slab : facts->slabs) {
        pages.push_back(slab.pages);
        known.push_back(slab.known);
    }
    EXPECT_EQ(pages, (std::vector{1, 8, 8, 4, 2}));
    EXPECT_EQ(known, (std::vector{true, false, false, true, true}));
}

TEST_F(MachineFactsFiles, TellOfAHookedKernel) {
    tree_.put("/sys/kernel/memreserve/policy", "mainline");
    tree_.put("/sys/kernel/memreserve/refill", "module:rx_reserve");
    tree_.put("/sys/kernel/memreserve/gfp", "module:gfp_memalloc");
    tree_.put("/sys/kernel/memreserve/emergency_pages", "256");
    tree_.card("eth0", "virtio_net", 1500, 1, mergeable_and_tso);
    const auto facts = read();
    ASSERT_TRUE(facts);
    ASSERT_TRUE(facts->hook);
    EXPECT_EQ(facts->hook->emergency_pages, 256);
    EXPECT_EQ(facts->nics.at(0).grant, RefillGrant::yes);
}

TEST_F(MachineFactsFiles, CannotDoWithoutZonesAndMinFree) {
    tree_.put("/proc/sys/vm/min_free_kbytes", "what");
    ASSERT_FALSE(read());
    EXPECT_EQ(read().error().code, exit_host);
    EXPECT_NE(read().error().message.find("sys/vm/min_free_kbytes: no number"), std::string::npos);
    tree_.put("/proc/sys/vm/min_free_kbytes", "1");
    tree_.put("/proc/zoneinfo", "");
    ASSERT_FALSE(read());
    EXPECT_NE(read().error().message.find("no zone"), std::string::npos);
}

TEST_F(MachineFactsFiles, SayHowLargeABufferOfVirtioGets) {
    tree_.card("a", "virtio_net", 1500, 2, mergeable_and_tso);
    tree_.card("b", "virtio_net", 1500, 1, tso_alone);
    tree_.card("c", "virtio_net", 1500, 1, neither);
    tree_.card("d", "virtio_net", 9000, 1, neither);
    links_.rings = {{"a", 512}};
    const auto facts = read();
    ASSERT_TRUE(facts);
    ASSERT_EQ(facts->nics.size(), 4U);
    const auto &a = facts->nics[0];
    EXPECT_EQ(a.buffer, 4096);
    EXPECT_EQ(a.queues, 2);
    EXPECT_EQ(a.queues_from, "sysfs");
    EXPECT_EQ(a.ring, 512);
    EXPECT_EQ(a.ring_from, "ethtool");
    EXPECT_EQ(a.grant, RefillGrant::no);
    EXPECT_EQ(facts->nics[1].buffer, 18 * 4096);
    EXPECT_EQ(facts->nics[1].ring, 256);
    EXPECT_EQ(facts->nics[1].ring_from, "assumed");
    EXPECT_EQ(facts->nics[2].buffer, 2048);
    EXPECT_EQ(facts->nics[3].buffer, 4 * 4096);
}

TEST_F(MachineFactsFiles, TheGuardGivesVirtioItsGrant) {
    tree_.card("a", "virtio_net", 1500, 1);
    tree_.card("b", "e1000", 1500, 1);
    tree_.put("/sys/module/netswap_guard/parameters/unknown", "0");
    const auto facts = read();
    ASSERT_TRUE(facts);
    EXPECT_EQ(facts->nics.at(0).grant, RefillGrant::yes);
    EXPECT_EQ(facts->nics.at(1).grant, RefillGrant::no);
}

TEST_F(MachineFactsFiles, SayHowLargeABufferOfOthersGets) {
    tree_.card("a", "8139cp", 1500, 1);
    tree_.card("b", "e1000", 9000, 1);
    tree_.card("c", "strange", 1500, 1);
    tree_.put("/sys/class/net/c/queues/rx-0/rps_cpus", "00,00000003");
    links_.lros = {{"c", true}};
    links_.channels = {{"b", 4}};
    const auto facts = read();
    ASSERT_TRUE(facts);
    EXPECT_EQ(facts->nics[0].buffer, 2048);
    EXPECT_EQ(facts->nics[0].grant, RefillGrant::yes);
    EXPECT_FALSE(facts->nics[0].rps);
    EXPECT_EQ(facts->nics[1].buffer, 16384);
    EXPECT_EQ(facts->nics[1].queues, 4);
    EXPECT_EQ(facts->nics[1].queues_from, "ethtool");
    EXPECT_EQ(facts->nics[2].buffer, 4096);
    EXPECT_EQ(facts->nics[2].grant, RefillGrant::unknown);
    EXPECT_TRUE(facts->nics[2].rps);
}

TEST_F(MachineFactsFiles, WithAServerOnlyTheCardsOnTheWayCount) {
    tree_.card("eth0", "virtio_net", 1500, 1);
    tree_.card("eth1", "igb", 1500, 1);
    tree_.card("eth2", "igb", 1500, 1);
    tree_.put("/sys/class/net/bond0/lower_eth1/x", "");
    tree_.put("/sys/class/net/bond0/lower_eth2/x", "");
    tree_.put("/sys/class/net/bond0.7/lower_bond0/x", "");
    tree_.put("/sys/class/net/wg0/mtu", "1420");
    links_.routes = {{"one", "eth0"}, {"two", "bond0.7"}, {"self", "lo"}, {"tunnel", "wg0"}};
    const auto names = [&](const char *server) {
        std::string all;
        const auto facts = read({server});
        for (const auto &nic : facts ? facts->nics : std::vector<NicFacts>{})
            all += nic.name + " ";
        return all;
    };
    EXPECT_EQ(names("one"), "eth0 ");
    EXPECT_EQ(names("two"), "eth1 eth2 ");
    EXPECT_EQ(names("tunnel"), "wg0 ");
    EXPECT_EQ(names("self"), "");
    EXPECT_TRUE(read({"self"})->same_host);
    EXPECT_FALSE(read({"one"})->same_host);
    EXPECT_EQ(read({"one", "two"})->nics.size(), 3U);
    EXPECT_FALSE(read({"one", "self"})->same_host);
    EXPECT_EQ(read()->nics.size(), 3U);
    ASSERT_FALSE(read({"nowhere"}));
    EXPECT_EQ(read({"nowhere"}).error().message, "no route to nowhere");
}

TEST(KernelLinks, KnowTheWayToThisMachine) {
    KernelLinkProbe probe;
    const auto link = probe.route_link("127.0.0.1");
    ASSERT_TRUE(link) << link.error().message;
    EXPECT_EQ(*link, "lo");
    EXPECT_FALSE(probe.rx_ring("no-such-link"));
    EXPECT_FALSE(probe.rx_channels("a-name-that-is-too-long-for-a-link"));
    const auto nobody = probe.route_link("no.such.name.invalid");
    ASSERT_FALSE(nobody);
    EXPECT_EQ(nobody.error().code, exit_bad_input);
}
