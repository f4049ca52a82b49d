// SPDX-License-Identifier: GPL-2.0
#include "keeper/keeper.h"

#include <cstdlib>

#include "daemon/heap_count.h"
#include "live/keeping.h"

using namespace netswap;
using namespace netswap::keeper;
using live::KeeperState;

using Keeping = KeepingTest;

TEST_F(Keeping, LeavesAloneWhatIsUp) {
    make(4);
    area_.watchdog_ns = 4'000'000'000;
    world_->end_at(20);
    EXPECT_EQ(run(), Ended::stopped);
    EXPECT_EQ(world_->connects, 0);
    EXPECT_EQ(page_.conns_up, 4U);
    EXPECT_EQ(page_.state, KeeperState::stopped);
    EXPECT_EQ(world_->ready, 1);
    EXPECT_GE(world_->watchdogs, 15);
}

TEST_F(Keeping, ReplacesALostConnection) {
    make(4);
    world_->at(3, lose_one);
    world_->end_at(10);
    run();
    EXPECT_EQ(world_->handed_over, 1);
    EXPECT_EQ(world_->established(), 4);
    EXPECT_EQ(page_.reconnects, 1U);
    EXPECT_EQ(page_.recoveries, 1U);
    EXPECT_EQ(page_.link_dead_events, 1U);
    EXPECT_LT(page_.last_recovery_ns, 500'000'000U);
    EXPECT_EQ(page_.down_since_ns, 0U);
    EXPECT_EQ(world_->open_fds, 0);
}

TEST_F(Keeping, WaitsForAServerThatIsAway) {
    make(2);
    world_->at(2, [](FakeWorld &world) {
        world.lose_all(TcpState::gone);
        world.server_up = false;
    });
    world_->at(32, [](FakeWorld &world) { world.server_up = true; });
    world_->end_at(40);
    run();
    EXPECT_EQ(world_->established(), 2);
    EXPECT_EQ(page_.reconnects, 2U);
    EXPECT_EQ(page_.recoveries, 1U);
    EXPECT_GE(page_.worst_recovery_ns, 30'000'000'000U);
    EXPECT_LT(page_.worst_recovery_ns, 33'000'000'000U);
    EXPECT_GT(page_.attempts_failed, 20U); // it kept trying
    EXPECT_LT(page_.attempts_failed, 50U); // and did not hammer
    EXPECT_STREQ(page_.last_error.data(), "connecting: refused");
    EXPECT_LT(world_->logs, 8);
}

TEST_F(Keeping, LetsNoOldWriteOvertakeANewOne) {
    make(1);
    world_->at(2, [](FakeWorld &world) { world.lose(0, TcpState::fin_wait1); });
    world_->at(7, [](FakeWorld &world) { world.finish_closing(); });
    world_->end_at(12);
    run();
    EXPECT_FALSE(world_->overtaken);
    EXPECT_EQ(world_->handed_over, 1);
    EXPECT_GE(page_.last_recovery_ns, 4'900'000'000U);
    EXPECT_LT(page_.last_recovery_ns, 6'000'000'000U);
}

TEST_F(Keeping, TriesAgainWhenTheKernelRefuses) {
    make(1);
    world_->refusals = 3;
    world_->at(2, lose_one);
    world_->end_at(10);
    run();
    EXPECT_EQ(world_->handed_over, 1);
    EXPECT_EQ(page_.attempts_failed, 3U);
    EXPECT_EQ(page_.last_errno, 22);
    EXPECT_EQ(world_->open_fds, 0);
}

TEST_F(Keeping, NoticesThatTheKernelDidNotTakeIt) {
    make(1);
    world_->lost_races = 2; // it had not noticed the loss itself yet
    world_->at(2, lose_one);
    world_->end_at(10);
    run();
    EXPECT_EQ(world_->handed_over, 1);
    EXPECT_EQ(world_->established(), 1);
}

TEST_F(Keeping, RefusesAnExportThatIsNotTheSame) {
    make(1);
    world_->at(2, [](FakeWorld &world) {
        world.lose(0, TcpState::gone);
        world.bytes = 4096;
    });
    world_->at(6, [](FakeWorld &world) {
        world.bytes = 1 << 20;
        world.flags = 1 | 2; // read-only
    });
    world_->end_at(10);
    run();
    EXPECT_EQ(world_->handed_over, 0);
    EXPECT_GT(page_.attempts_failed, 2U);
    EXPECT_STREQ(page_.last_error.data(), "the export is read-only now");
    EXPECT_EQ(world_->open_fds, 0);
}

TEST_F(Keeping, OnlyWatchesWithoutPersist) {
    make(2);
    area_.persist = false;
    world_->at(2, lose_one);
    world_->end_at(10);
    run();
    EXPECT_EQ(world_->connects, 0);
    EXPECT_EQ(page_.conns_up, 1U);
}

TEST_F(Keeping, SaysOnceThatTheDeviceWasRemovedAndTriesNothing) {
    for (const bool persist : {true, false}) {
        page_.down_since_ns = 0;
        make(2);
        area_.persist = persist;
        world_->at(2, [](FakeWorld &world) {
            world.removed = true;
            world.lose_all(TcpState::fin_wait1);
        });
        world_->at(20, [](FakeWorld &world) { EXPECT_EQ(world.logs, 2); }); // it keeps, removed
        world_->at(30, [](FakeWorld &world) { world.ours = false; });
        EXPECT_EQ(run(), Ended::device_gone);
        EXPECT_EQ(world_->connects, 0);
        EXPECT_EQ(page_.conns_up, 0U);
        EXPECT_EQ(page_.state, KeeperState::removed);
        EXPECT_STREQ(page_.last_error.data(), "the device was disconnected by somebody else");
    }
}

TEST_F(Keeping, LeavesWordOfARemovalWhenItIsStopped) {
    make(1);
    world_->at(2, [](FakeWorld &world) {
        world.removed = true;
        world.lose_all(TcpState::gone);
    });
    world_->end_at(10);
    EXPECT_EQ(run(), Ended::stopped);
    EXPECT_EQ(page_.state, KeeperState::removed);
}

TEST_F(Keeping, NoticesARemovalWhileTheServerIsAway) {
    make(1);
    world_->at(2, [](FakeWorld &world) {
        world.lose(0, TcpState::gone);
        world.server_up = false;
    });
    world_->at(10, [](FakeWorld &world) { world.removed = true; });
    world_->at(15, [](FakeWorld &world) { world.connects = 0; });
    world_->end_at(30);
    run();
    EXPECT_EQ(world_->connects, 0);
    EXPECT_STREQ(page_.last_error.data(), "the device was disconnected by somebody else");
}

TEST_F(Keeping, LooksForRemovalWhereNoTableShowsConnections) {
    make(2);
    area_.tcp = false;
    for (auto &port : page_.local_port)
        port = 0;
    world_->at(2, [](FakeWorld &world) { world.removed = true; });
    world_->at(20, [](FakeWorld &world) { world.ours = false; });
    run();
    EXPECT_EQ(page_.state, KeeperState::removed);
    EXPECT_EQ(page_.conns_up, 0U);
}

TEST_F(Keeping, EndsWithTheDevice) {
    make(1);
    world_->at(2, [](FakeWorld &world) { world.ours = false; });
    EXPECT_EQ(run(), Ended::device_gone);
}

TEST_F(Keeping, TakesOverFromAnEarlierOne) {
    make(3);
    world_->at(2, lose_one);
    world_->end_at(4);
    run();
    // The next daemon has the page only, and one connection was lost while nobody kept it.
    FakeWorld after(3);
    for (int i = 0; i < 3; ++i)
        page_.local_port[i] = 1000 + static_cast<std::uint32_t>(i);
    after.lose(1, TcpState::gone);
    after.end_at(5);
    Keeper(after, area_, page_).run();
    EXPECT_EQ(after.handed_over, 1);
    EXPECT_EQ(after.established(), 3);
    EXPECT_EQ(page_.adoptions, 2U);
}

TEST_F(Keeping, CountsUnixSocketsByTheKernelsWord) {
    make(2);
    area_.tcp = false;
    world_->unix_sockets = true;
    for (auto &port : page_.local_port)
        port = 0;
    world_->at(2, lose_one);
    world_->end_at(10);
    run();
    EXPECT_EQ(world_->handed_over, 1);
    EXPECT_EQ(page_.conns_up, 2U);
}

TEST_F(Keeping, NeverCallsTheHeap) {
    make(4);
    for (int i = 0; i < 20; ++i)
        world_->at(2 + 4 * i, [](FakeWorld &world) {
            world.lose_all(TcpState::fin_wait1);
            world.server_up = false;
        });
    for (int i = 0; i < 20; ++i)
        world_->at(4 + 4 * i, [](FakeWorld &world) {
            world.finish_closing();
            world.server_up = true;
        });
    world_->end_at(100);
    std::atomic<std::uint64_t> calls{0};
    heap_count::arm(&calls);
    auto *probe = static_cast<char *>(std::malloc(1)); // the counter does count
    __asm__ volatile("" : : "r"(probe) : "memory");
    const auto counted = calls.exchange(0);
    run();
    const auto made = calls.load();
    heap_count::arm(nullptr);
    std::free(probe);
    EXPECT_EQ(counted, 1U);
    EXPECT_EQ(made, 0U);
    EXPECT_EQ(page_.recoveries, 20U);
    EXPECT_EQ(page_.reconnects, 80U);
}
