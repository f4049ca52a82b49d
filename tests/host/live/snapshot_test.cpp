// SPDX-License-Identifier: GPL-2.0
#include "live/view/snapshot.h"

#include <gtest/gtest.h>

#include "live/fake_tree.h"
#include "live/view/area_check.h"
#include "live/view/rates.h"

using namespace netswap;
using namespace netswap::live;

namespace {

/// The only problem of the only area, or what is wrong with that.
std::string only_problem(FakeTree &tree) {
    const auto snapshot = tree.snapshot();
    if (!snapshot)
        return snapshot.error().message;
    if (snapshot->areas.size() != 1 || snapshot->areas[0].problems.size() != 1)
        return "not one problem of one area";
    const auto &problem = snapshot->areas[0].problems[0];
    EXPECT_FALSE(problem.remedy.empty() && problem.code != "damaged_state") << problem.code;
    EXPECT_FALSE(snapshot->healthy());
    return problem.code + ": " + problem.text;
}

} // namespace

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

TEST(Snapshot, TellsStaleStateAlone) {
    FakeTree tree;
    tree.write("/sys/block/nbd0/backend", "other\n");
    EXPECT_EQ(only_problem(tree),
              "stale_state: stale state: /dev/nbd0 belongs to 'other' now, not to 'netswap:swap0'");
    tree.remove("/sys/block/nbd0/pid");
    EXPECT_EQ(only_problem(tree), "stale_state: stale state: /dev/nbd0 has no server");
    tree.remove("/sys/block/nbd0");
    EXPECT_EQ(only_problem(tree), "stale_state: stale state: /dev/nbd0 is gone");
    EXPECT_FALSE(tree.snapshot()->areas[0].swap);
}

TEST(Snapshot, AKernelWithoutBackendIsBelieved) {
    FakeTree tree;
    tree.remove("/sys/block/nbd0/backend");
    EXPECT_TRUE(tree.snapshot()->areas[0].ours);
    EXPECT_TRUE(tree.snapshot()->healthy());
}

TEST(Snapshot, TellsADeviceThatIsNoSwap) {
    FakeTree tree;
    tree.write("/proc/swaps", "garbage\n/dev/nbd0 partition x y z\n/dev/nbd0 partition 1 -1 0\n");
    EXPECT_EQ(only_problem(tree), "swap_off: /dev/nbd0 is connected, but is no swap");
}

TEST(Snapshot, TellsADaemonThatDoesNotRun) {
    FakeTree tree;
    tree.write_keeper("swap0", false);
    EXPECT_EQ(only_problem(tree), "daemon_not_running: no daemon is running (it died): nobody "
                                  "replaces a lost connection");
    tree.write_keeper("swap0", false, [](LivePage &page) { page.state = KeeperState::stopped; });
    EXPECT_NE(only_problem(tree).find("(it was stopped)"), std::string::npos);
    tree.write_keeper("swap0", false, [](LivePage &page) { page.started_ns = 0; });
    EXPECT_EQ(only_problem(tree).find("daemon_not_running: no daemon is running: nobody"), 0U);
    EXPECT_EQ(tree.snapshot()->areas[0].keeper.presence, KeeperPresence::absent);
    tree.remove("/run/netswap/swap0.live");
    EXPECT_EQ(only_problem(tree).find("daemon_not_running: no daemon is running: nobody"), 0U);
}

TEST(Snapshot, TakesADaemonThatBeginsForRunning) {
    FakeTree tree;
    tree.write_keeper("swap0", true, [](LivePage &page) {
        page.state = KeeperState::starting;
        page.started_ns = page.heartbeat_ns = page.conns_up = page.locked = 0;
    });
    EXPECT_EQ(tree.snapshot()->areas[0].keeper.presence, KeeperPresence::running);
    EXPECT_TRUE(tree.snapshot()->healthy());
}

TEST(Snapshot, WantsNoDaemonForWhatNbdClientConnected) {
    FakeTree tree;
    tree.write_area("swap0", 0, "nbd-client");
    tree.remove("/sys/block/nbd0/backend");
    tree.write_keeper("swap0", false, [](LivePage &page) { page.started_ns = 0; });
    EXPECT_TRUE(tree.snapshot()->healthy());
    tree.write("/proc/swaps", "Filename Type Size Used Priority\n");
    EXPECT_EQ(only_problem(tree), "swap_off: /dev/nbd0 is connected, but is no swap");
}

TEST(Snapshot, TellsAPageThatIsNone) {
    FakeTree tree;
    tree.write("/run/netswap/swap0.live", "short");
    EXPECT_NE(only_problem(tree).find("5 bytes are no page"), std::string::npos);
    tree.write("/run/netswap/swap0.live", std::string(4096, 'x'));
    EXPECT_NE(only_problem(tree).find("no page of netswapd"), std::string::npos);
    tree.write_keeper("swap0", true, [](LivePage &page) { page.version = 9; });
    EXPECT_NE(only_problem(tree).find("version 9, this netswap reads 1"), std::string::npos);
}

TEST(Snapshot, TellsWhatIsWrongWithARunningDaemon) {
    FakeTree tree;
    tree.write_keeper("swap0", true, [&](LivePage &page) {
        page.heartbeat_ns = tree.clock.at.mono_ns - silent_after_ns - 5'000'000'000;
    });
    EXPECT_EQ(only_problem(tree), "daemon_silent: the daemon (pid 812) has been stuck for 65 s");
    // netswap@swap0 is the area itself: to restart that is to swap off all of it.
    EXPECT_EQ(tree.snapshot()->areas[0].problems.at(0).remedy,
              "restart it: systemctl restart netswapd@swap0, or kill -9 812 and netswapd swap0 "
              "--detach");
    tree.write_keeper("swap0", true, [](LivePage &page) { page.locked = 0; });
    EXPECT_EQ(only_problem(tree),
              "daemon_not_locked: the daemon (pid 812) is not locked in memory");
    tree.write_keeper("swap0", true, [&](LivePage &page) {
        page.conns_up = 1;
        page.state = KeeperState::waiting;
        page.down_since_ns = tree.clock.at.mono_ns - 12'000'000'000;
        page.last_error.fill('e'); // no end
    });
    EXPECT_EQ(only_problem(tree).find("connections_down: 1 of 4 connections are up for 12 s (eeee"),
              0U);
}

TEST(Snapshot, TellsADeviceThatSomebodyDisconnected) {
    FakeTree tree;
    tree.write_keeper("swap0", true, [&](LivePage &page) {
        page.conns_up = 0;
        page.state = KeeperState::removed;
        page.down_since_ns = tree.clock.at.mono_ns - 12'000'000'000;
    });
    EXPECT_EQ(only_problem(tree), "device_removed: /dev/nbd0 was disconnected by somebody else: "
                                  "pages that are only on it are lost to their programs");
    EXPECT_EQ(tree.snapshot()->areas[0].problems.at(0).remedy, "netswap down swap0, then up again");
}

TEST(Snapshot, TellsADamagedState) {
    FakeTree tree;
    tree.write("/run/netswap/swap0.json", "{");
    EXPECT_EQ(only_problem(tree).find("damaged_state: "), 0U);
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
    EXPECT_TRUE(holds_lock("7: FLOCK  ADVISORY  WRITE 9 00:1a:5 0 EOF\n", 0, 0x1a, 5));
    EXPECT_FALSE(holds_lock("7: FLOCK  ADVISORY  WRITE 9 00:1a:55 0 EOF\n", 0, 0x1a, 5));
    EXPECT_FALSE(holds_lock("7: FLOCK  ADVISORY  READ  9 00:1a:5 0 EOF\n", 0, 0x1a, 5));
    EXPECT_FALSE(holds_lock("7: POSIX  ADVISORY  WRITE 9 00:1a:5 0 EOF\n", 0, 0x1a, 5));
    EXPECT_FALSE(holds_lock("7: -> FLOCK  ADVISORY  WRITE 9 00:1a:5 0 EOF\n", 0, 0x1a, 5));
    EXPECT_FALSE(holds_lock("", 0, 0x1a, 5));
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
