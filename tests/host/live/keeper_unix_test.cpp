// SPDX-License-Identifier: GPL-2.0
// Areas over UNIX sockets: no table shows their connections, and the kernel tells of a loss once.
#include "daemon/heap_count.h"
#include "live/keeping.h"

using namespace netswap;
using namespace netswap::keeper;

namespace {

class KeptUnixSockets : public KeepingTest {
  protected:
    void make(int conns) {
        KeepingTest::make(conns);
        area_.tcp = false;
        world_->unix_sockets = true;
        world_->page = &page_;
        for (auto &port : page_.local_port)
            port = 0;
    }
};

void lose_silently(FakeWorld &world) {
    world.tells = false;
    world.lose(0, TcpState::gone);
    world.tells = true;
}

} // namespace

TEST_F(KeptUnixSockets, ReplacesWhatWasLostWhileNobodyKept) {
    make(2);
    lose_silently(*world_);
    lose_silently(*world_);
    world_->server_up = false;
    world_->at(8, [](FakeWorld &world) {
        EXPECT_EQ(world.page->conns_up, 0U); // the administrator can see it
        EXPECT_STREQ(world.page->last_error.data(), "connecting: refused");
    });
    world_->at(10, [](FakeWorld &world) { world.server_up = true; });
    world_->end_at(15);
    run();
    EXPECT_EQ(world_->handed_over, 2);
    EXPECT_EQ(world_->established(), 2);
    EXPECT_EQ(page_.conns_up, 2U);
    EXPECT_EQ(page_.reconnects, 2U);
    EXPECT_EQ(page_.down_since_ns, 0U);
    EXPECT_EQ(world_->open_fds, 0);
}

TEST_F(KeptUnixSockets, ReplacesWhatWasLostThoughTheServerIsBack) {
    make(2);
    lose_silently(*world_);
    world_->end_at(5);
    run();
    EXPECT_EQ(world_->handed_over, 1);
    EXPECT_EQ(world_->established(), 2);
}

TEST_F(KeptUnixSockets, OffersOneForEachOnceWhereNothingWasLost) {
    make(2);
    world_->busy = true;
    world_->end_at(100);
    run();
    EXPECT_EQ(world_->connects, 2);
    EXPECT_EQ(world_->handed_over, 0);
    EXPECT_EQ(world_->logs, 1); // that it keeps
    EXPECT_EQ(page_.conns_up, 2U);
    EXPECT_EQ(page_.attempts_failed, 0U);
    EXPECT_EQ(page_.reconnects, 0U);
    EXPECT_EQ(page_.recoveries, 0U);
    EXPECT_EQ(world_->open_fds, 0);
}

TEST_F(KeptUnixSockets, TrustsAServerThatHasNoRoomForMore) {
    make(1);
    world_->full = true;
    world_->end_at(100);
    run();
    EXPECT_LE(world_->connects, 2);
    EXPECT_EQ(page_.conns_up, 1U);
    EXPECT_EQ(page_.down_since_ns, 0U);
}

TEST_F(KeptUnixSockets, GoesOnWithWhatAnEarlierKeeperKnewToBeLost) {
    make(2);
    lose_silently(*world_);
    world_->full = true; // so that offering tells nothing
    page_.down_since_ns = 500'000;
    page_.conns_up = 1;
    page_.adoptions = 1;
    world_->at(8, [](FakeWorld &world) {
        EXPECT_EQ(world.page->conns_up, 1U);
        EXPECT_EQ(world.page->recoveries, 0U);
        EXPECT_GT(world.connects, 5);
        world.full = false;
    });
    world_->end_at(15);
    run();
    EXPECT_EQ(world_->handed_over, 1);
    EXPECT_EQ(page_.recoveries, 1U);
    EXPECT_EQ(page_.conns_up, 2U);
}

TEST_F(KeptUnixSockets, MissesALossOfWhichTheKernelDidNotTell) {
    make(1);
    world_->busy = true;
    world_->at(20, [](FakeWorld &world) {
        lose_silently(world);
        world.server_up = false;
    });
    world_->at(30, [](FakeWorld &world) {
        EXPECT_EQ(world.page->conns_up, 0U);
        world.server_up = true;
    });
    world_->end_at(33);
    run();
    EXPECT_EQ(world_->handed_over, 1);
    EXPECT_EQ(page_.conns_up, 1U);
    EXPECT_EQ(page_.reconnects, 1U);
}

TEST_F(KeptUnixSockets, TakesASlowServerForNoLoss) {
    make(1);
    world_->busy = true;
    world_->at(20, [](FakeWorld &world) { world.stands_still = true; });
    world_->at(80, [](FakeWorld &world) { world.stands_still = false; });
    world_->end_at(120);
    run();
    EXPECT_GE(world_->connects, 2);
    EXPECT_LE(world_->connects, 6);
    EXPECT_EQ(page_.conns_up, 1U);
    EXPECT_EQ(page_.reconnects, 0U);
    EXPECT_EQ(page_.recoveries, 0U);
}

TEST_F(KeptUnixSockets, OnlyWatchesWithoutPersist) {
    make(1);
    area_.persist = false;
    lose_silently(*world_);
    world_->busy = true;
    world_->end_at(30);
    run();
    EXPECT_EQ(world_->connects, 0);
}

TEST_F(KeptUnixSockets, NeverCallsTheHeap) {
    make(2);
    lose_silently(*world_);
    world_->busy = true;
    world_->at(20, [](FakeWorld &world) { world.stands_still = true; });
    world_->at(40, [](FakeWorld &world) { world.server_up = false; });
    world_->at(80, [](FakeWorld &world) { world.server_up = true; });
    world_->end_at(120);
    std::atomic<std::uint64_t> calls{0};
    heap_count::arm(&calls);
    run();
    heap_count::arm(nullptr);
    EXPECT_EQ(calls, 0U);
    EXPECT_EQ(page_.conns_up, 2U);
}

TEST(Stalls, ReadsTheDevicesCounts) {
    Requests requests;
    ASSERT_TRUE(parse_requests("     256        0     2048     1500     1024        0     8192 "
                               "    2500        3     3000     4000        0        0        0 "
                               "       0        0        0",
                               requests));
    EXPECT_EQ(requests.completed, 1280U);
    EXPECT_EQ(requests.in_flight, 3U);
    for (const auto *text : {"", "1 2 3 4 5 6 7 8", "1 2 3 4 5 6 7 8 x", "-1 2 3 4 5 6 7 8 9"})
        EXPECT_FALSE(parse_requests(text, requests)) << text;
}

TEST(Stalls, OneIsARequestThatWasUnderWayAndNeverEnded) {
    constexpr auto limit = Stall::limit_ns;
    Stall stall;
    EXPECT_FALSE(stall.look({10, 0}, 0));
    EXPECT_FALSE(stall.look({10, 0}, 10 * limit)); // nobody wants anything
    EXPECT_FALSE(stall.look({10, 2}, 11 * limit));
    EXPECT_FALSE(stall.look({10, 2}, 12 * limit - 1));
    EXPECT_TRUE(stall.look({10, 2}, 12 * limit));
    EXPECT_TRUE(stall.look({10, 0}, 13 * limit)); // back in the queue
    EXPECT_FALSE(stall.look({11, 1}, 14 * limit));
    EXPECT_FALSE(stall.look({12, 1}, 15 * limit));
    EXPECT_TRUE(stall.look({12, 1}, 16 * limit));
}
