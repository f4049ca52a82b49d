// SPDX-License-Identifier: GPL-2.0
#include "live/view/snapshot.h"

#include <gtest/gtest.h>
#include <sys/sysmacros.h>

#include "live/area_lock.h"
#include "live/fake_tree.h"
#include "live/view/rates.h"

using namespace netswap;
using namespace netswap::live;

TEST(Snapshot, ReadsAHealthyArea) {
    FakeTree tree;
    const auto snapshot = tree.snapshot();
    ASSERT_TRUE(snapshot) << snapshot.error().message;
    EXPECT_TRUE(snapshot->healthy());
    ASSERT_EQ(snapshot->areas.size(), 1U);
    const auto &area = snapshot->areas[0];
    EXPECT_TRUE(area.ours);
    ASSERT_TRUE(area.swap);
    EXPECT_EQ(area.swap->bytes, 524284U * 1024);
    EXPECT_EQ(area.swap->used, 12288U * 1024);
    EXPECT_EQ(area.swap->prio, 5);
    EXPECT_EQ(area.device.bytes, 512U << 20);
    EXPECT_EQ(area.device.pid, 700);
    ASSERT_TRUE(area.device.read && area.device.write);
    EXPECT_EQ(area.device.read->bytes, 2048U * 512);
    EXPECT_EQ(area.device.write->busy_ms, 2500U);
    EXPECT_EQ(area.device.write->in_flight, 2U);
    EXPECT_EQ(area.keeper.presence, KeeperPresence::running);
    EXPECT_EQ(area.keeper.pid, 812);
    EXPECT_EQ(area.keeper.local_ports, std::vector<std::uint32_t>{40001});
    EXPECT_EQ(area.keeper.recoveries_ns.size(), 2U);
}

TEST(Snapshot, SumsTheReserveOfTheZones) {
    FakeTree tree;
    tree.write_zones(30, 5000);
    const auto snapshot = tree.snapshot();
    ASSERT_TRUE(snapshot);
    ASSERT_EQ(snapshot->machine.zones.size(), 2U); // an empty zone has no reserve
    EXPECT_EQ(snapshot->machine.zones[0].reserve(), 30U);
    EXPECT_EQ(snapshot->machine.reserve_pages(), 1030U);
    EXPECT_EQ(snapshot->machine.min_pages(), 1100U);
    EXPECT_EQ(snapshot->machine.allocstall, 3U);
    EXPECT_EQ(snapshot->machine.tcp_field("TCPTimeouts"), 5U);
    EXPECT_EQ(snapshot->machine.tcp_field("TCPAbortOnMemory"), 0U);
    EXPECT_EQ(snapshot->lowest_free(), std::nullopt);
    EXPECT_EQ(snapshot->throttled(), 7U);
}

TEST(Snapshot, TakesTheModulesCountersWhereThereAreAny) {
    FakeTree tree;
    tree.make_hooked();
    const auto snapshot = tree.snapshot();
    ASSERT_TRUE(snapshot);
    EXPECT_EQ(snapshot->lowest_free(), 40U);
    EXPECT_EQ(snapshot->throttled(), 12U);
    EXPECT_EQ(snapshot->throttled_us(), 1'200'000U);
    EXPECT_EQ(snapshot->marked_sockets(), 4U);
    EXPECT_EQ(drops(*snapshot), (CounterList{{"socket", 11}, {"protocol", 2}, {"filter", 3}}));
    tree.family.view->counters[1].second = UINT64_MAX; // nobody has needed the reserve
    EXPECT_EQ(tree.snapshot()->lowest_free(), std::nullopt);
}

TEST(Snapshot, NothingUpIsHealthy) {
    FakeTree tree;
    tree.remove("/run/netswap");
    const auto snapshot = tree.snapshot();
    ASSERT_TRUE(snapshot);
    EXPECT_TRUE(snapshot->areas.empty());
    EXPECT_TRUE(snapshot->healthy());
}

TEST(Snapshot, AnUnknownNameIsBadInput) {
    FakeTree tree;
    const auto snapshot = tree.snapshot("swap7");
    ASSERT_FALSE(snapshot);
    EXPECT_EQ(snapshot.error().code, exit_bad_input);
    EXPECT_NE(snapshot.error().message.find("'swap7'"), std::string::npos);
    tree.write_area("swap1", 1);
    EXPECT_EQ(tree.snapshot("swap1")->areas.size(), 1U);
}

TEST(Snapshot, TellsAnUpThatWasInterrupted) {
    FakeTree tree;
    tree.write("/run/netswap/swap1.part", area_state_json(AreaState{.name = "swap1"}));
    auto snapshot = tree.snapshot();
    ASSERT_TRUE(snapshot);
    ASSERT_EQ(snapshot->areas.size(), 2U);
    EXPECT_FALSE(snapshot->healthy());
    ASSERT_EQ(snapshot->areas[1].problems.size(), 1U);
    EXPECT_EQ(snapshot->areas[1].problems[0].code, "up_interrupted");
    EXPECT_EQ(tree.snapshot("swap1")->areas.size(), 1U);
    EXPECT_EQ(tree.snapshot("swap0")->areas.size(), 1U);
    {
        const auto lock = lock_area(tree.paths, "swap1"); // under way
        ASSERT_TRUE(lock);
        EXPECT_TRUE(tree.snapshot()->healthy());
    }
    tree.write_area("swap1", 0); // it got to its end
    EXPECT_EQ(tree.snapshot("swap1")->areas[0].state->name, "swap1");
}

TEST(Snapshot, AFailingFamilyIsAProblemOfTheMachine) {
    FakeTree tree;
    tree.family.error = "asking the kernel for its policy: busy";
    const auto snapshot = tree.snapshot();
    ASSERT_TRUE(snapshot);
    ASSERT_EQ(snapshot->problems.size(), 1U);
    EXPECT_FALSE(snapshot->healthy());
}

TEST(Snapshot, NeedsTheKernelsCounters) {
    for (const auto *file : {"/proc/vmstat", "/proc/zoneinfo"}) {
        FakeTree tree;
        tree.write(file, "garbage\n");
        EXPECT_NE(tree.snapshot().error().message.find(file), std::string::npos);
        tree.remove(file);
        EXPECT_NE(tree.snapshot().error().message.find(file), std::string::npos);
    }
    FakeTree tree; // the rest may be missing or damaged
    for (const auto *file : {"/proc/net/netstat", "/proc/meminfo", "/proc/sys/vm/min_free_kbytes",
                             "/sys/block/nbd0/stat", "/sys/block/nbd0/inflight"})
        tree.write(file, "TcpExt: \x01\xff -7");
    const auto snapshot = tree.snapshot();
    ASSERT_TRUE(snapshot);
    EXPECT_TRUE(snapshot->machine.tcp.empty());
    EXPECT_FALSE(snapshot->machine.min_free_kb);
    EXPECT_FALSE(snapshot->areas[0].device.read);
}

TEST(SwapTable, ReadsBlanksInAPath) {
    const auto uses = parse_swaps("Filename Type Size Used Priority\n/swap\\040file file 8 4 -2\n");
    ASSERT_EQ(uses.size(), 1U);
    EXPECT_EQ(uses[0].device, "/swap file");
    EXPECT_EQ(uses[0].prio, -2);
}

TEST(LockTable, KnowsAnExclusiveFlockOnly) {
    struct stat file {};
    file.st_dev = makedev(0, 0x1a);
    file.st_ino = 5;
    EXPECT_EQ(lock_holder("7: FLOCK  ADVISORY  WRITE 9 00:1a:5 0 EOF\n", file), 9);
    EXPECT_EQ(lock_holder("6: FLOCK  ADVISORY  WRITE 8 00:1a:4 0 EOF\n"
                          "7: FLOCK  ADVISORY  WRITE 9 00:1a:5 0 EOF\n",
                          file),
              9);
    for (const auto *text : {"7: FLOCK  ADVISORY  WRITE 9 00:1a:55 0 EOF\n",
                             "7: FLOCK  ADVISORY  READ  9 00:1a:5 0 EOF\n",
                             "7: POSIX  ADVISORY  WRITE 9 00:1a:5 0 EOF\n",
                             "7: -> FLOCK  ADVISORY  WRITE 9 00:1a:5 0 EOF\n", ""})
        EXPECT_EQ(lock_holder(text, file), std::nullopt) << text;
}

TEST(Protections, SayWhoAnswers) {
    FakeTree tree;
    const auto answerer = [&](const char *question) {
        for (const auto &one : read_protection(tree.paths).protections)
            if (one.question == question)
                return one.answerer;
        return std::string("not asked");
    };
    EXPECT_FALSE(read_protection(tree.paths).hooked);
    EXPECT_EQ(answerer("refill"), "mainline");
    EXPECT_EQ(answerer("user_marks"), "nobody");
    tree.write("/sys/module/netswap_guard/parameters/refills_poll", "41\n");
    tree.write("/sys/module/netswap_guard/parameters/unknown", "what?\n");
    tree.write("/sys/module/netswap_mark/refcnt", "0\n");
    EXPECT_EQ(answerer("refill"), "netswap_guard");
    EXPECT_EQ(answerer("sock"), "mainline");
    EXPECT_EQ(answerer("user_marks"), "netswap_mark");
    EXPECT_EQ(read_protection(tree.paths).guard, (CounterList{{"netswap_guard.refills_poll", 41}}));
    tree.make_hooked();
    EXPECT_TRUE(read_protection(tree.paths).hooked);
    EXPECT_EQ(answerer("refill"), "rx_reserve");
    EXPECT_EQ(answerer("gfp"), "gfp_memalloc");
    EXPECT_EQ(answerer("throttle"), "mainline");
}

TEST(Rates, CountWhatHappenedBetween) {
    FakeTree tree;
    const auto before = *tree.snapshot();
    tree.clock.at.mono_ns += 2'000'000'000;
    tree.write_device(0, 2048 + 4096, 8192 + 8192);
    tree.write("/proc/vmstat", "pswpin 356\npswpout 1512\npgscan_direct_throttle 9\n");
    const auto after = *tree.snapshot();
    const auto rates = rates_between(before, after);
    EXPECT_DOUBLE_EQ(rates.seconds, 2.0);
    ASSERT_NE(rates.area("swap0"), nullptr);
    EXPECT_DOUBLE_EQ(rates.area("swap0")->in, 1048576.0);
    EXPECT_DOUBLE_EQ(rates.area("swap0")->out, 2097152.0);
    EXPECT_DOUBLE_EQ(rates.machine.in, 128.0 * static_cast<double>(after.machine.page_bytes));
    EXPECT_EQ(rates.throttled, 2U);
    EXPECT_EQ(rates.area("swap9"), nullptr);
}

TEST(Rates, NeverRunBackwards) {
    FakeTree tree;
    const auto before = *tree.snapshot();
    EXPECT_EQ(rates_between(before, before).seconds, 0.0);
    tree.clock.at.mono_ns += 1'000'000'000;
    tree.write_device(0, 0, 0);
    const auto rates = rates_between(before, *tree.snapshot());
    EXPECT_EQ(rates.area("swap0")->in, 0.0);
    EXPECT_EQ(rates.area("swap0")->out, 0.0);
}
