// SPDX-License-Identifier: GPL-2.0
// What a snapshot finds wrong with an area.
#include "live/view/area_check.h"

#include <gtest/gtest.h>

#include "live/fake_tree.h"

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

TEST(AreaCheck, TellsStaleStateAlone) {
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

TEST(AreaCheck, AKernelWithoutBackendIsBelieved) {
    FakeTree tree;
    tree.remove("/sys/block/nbd0/backend");
    EXPECT_TRUE(tree.snapshot()->areas[0].ours);
    EXPECT_TRUE(tree.snapshot()->healthy());
}

TEST(AreaCheck, TellsADeviceThatIsNoSwap) {
    FakeTree tree;
    tree.write("/proc/swaps", "garbage\n/dev/nbd0 partition x y z\n/dev/nbd0 partition 1 -1 0\n");
    EXPECT_EQ(only_problem(tree), "swap_off: /dev/nbd0 is connected, but is no swap");
}

TEST(AreaCheck, TellsADaemonThatDoesNotRun) {
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

TEST(AreaCheck, TakesADaemonThatBeginsForRunning) {
    FakeTree tree;
    tree.write_keeper("swap0", true, [](LivePage &page) {
        page.state = KeeperState::starting;
        page.started_ns = page.heartbeat_ns = page.conns_up = page.locked = 0;
    });
    EXPECT_EQ(tree.snapshot()->areas[0].keeper.presence, KeeperPresence::running);
    EXPECT_TRUE(tree.snapshot()->healthy());
}

TEST(AreaCheck, WantsNoDaemonForWhatNbdClientConnected) {
    FakeTree tree;
    tree.write_area("swap0", 0, "nbd-client");
    tree.remove("/sys/block/nbd0/backend");
    tree.write_keeper("swap0", false, [](LivePage &page) { page.started_ns = 0; });
    EXPECT_TRUE(tree.snapshot()->healthy());
    tree.write("/proc/swaps", "Filename Type Size Used Priority\n");
    EXPECT_EQ(only_problem(tree), "swap_off: /dev/nbd0 is connected, but is no swap");
}

TEST(AreaCheck, TellsAPageThatIsNone) {
    FakeTree tree;
    tree.write("/run/netswap/swap0.live", "short");
    EXPECT_NE(only_problem(tree).find("5 bytes are no page"), std::string::npos);
    tree.write("/run/netswap/swap0.live", std::string(4096, 'x'));
    EXPECT_NE(only_problem(tree).find("no page of netswapd"), std::string::npos);
    tree.write_keeper("swap0", true, [](LivePage &page) { page.version = 9; });
    EXPECT_NE(only_problem(tree).find("version 9, this netswap reads 1"), std::string::npos);
}

TEST(AreaCheck, TellsWhatIsWrongWithARunningDaemon) {
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

TEST(AreaCheck, TellsADeviceThatSomebodyDisconnected) {
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

TEST(AreaCheck, TellsTheRemovalOfAnAreaWithoutADaemon) {
    const std::string told = "device_removed: /dev/nbd0 was disconnected by somebody else: pages "
                             "that are only on it are lost to their programs";
    FakeTree tree;
    tree.nbd.is_removed = true;
    EXPECT_TRUE(tree.snapshot()->healthy()); // a daemon knows better
    EXPECT_EQ(tree.nbd.asked, 0);
    tree.write_keeper("swap0", false);
    EXPECT_EQ(only_problem(tree), told);
    tree.remove("/run/netswap/swap0.live");
    EXPECT_EQ(only_problem(tree), told);
    // What one left says it as well, to those who may not ask the kernel.
    tree.nbd.is_removed = false;
    tree.write_keeper("swap0", false, [](LivePage &page) { page.state = KeeperState::removed; });
    EXPECT_EQ(only_problem(tree), told);
}

TEST(AreaCheck, AsksTheKernelAboutNoDeviceOfSomebodyElse) {
    FakeTree tree;
    tree.write_keeper("swap0", false);
    tree.write("/sys/block/nbd0/backend", "other\n");
    (void)tree.snapshot();
    EXPECT_EQ(tree.nbd.asked, 0);
}

TEST(AreaCheck, TellsADamagedState) {
    FakeTree tree;
    tree.write("/run/netswap/swap0.json", "{");
    EXPECT_EQ(only_problem(tree).find("damaged_state: "), 0U);
}
