// SPDX-License-Identifier: GPL-2.0
// How the keeper knows which connections of the table are the area's, whatever interrupts it.
#include "live/keeping.h"

using namespace netswap;
using namespace netswap::keeper;

using KeptPorts = KeepingTest;

TEST_F(KeptPorts, LeavesThePortOfEachNewConnectionToTheNextOne) {
    make(3);
    world_->page = &page_;
    world_->after_hand_over = [](FakeWorld &world) { world.stop(); };
    world_->at(2, lose_one);
    run();
    ASSERT_EQ(world_->handed_over, 1);
    EXPECT_EQ(world_->unknown_ports, 0); // killed at that moment, it would have left the port
    world_->after_hand_over = nullptr;
    world_->go_on();
    world_->end_at(20);
    run();
    EXPECT_EQ(world_->connects, 1);
    EXPECT_EQ(page_.conns_up, 3U);
}

TEST_F(KeptPorts, TakesAPortBackThatTheKernelRefused) {
    make(1);
    world_->refusals = 1000;
    world_->at(2, lose_one);
    world_->end_at(5);
    run();
    EXPECT_EQ(page_.local_port[0], 1000U);
}

TEST_F(KeptPorts, FindsAConnectionWhoseAnswerWasLost) {
    make(2);
    world_->lost_answers = 1;
    world_->at(2, lose_one);
    world_->end_at(20);
    run();
    EXPECT_EQ(world_->handed_over, 1);
    EXPECT_EQ(world_->connects, 1);
    EXPECT_EQ(page_.local_port[0], 1002U);
    EXPECT_EQ(page_.conns_up, 2U);
    EXPECT_EQ(page_.reconnects, 1U);
}

TEST_F(KeptPorts, BelievesALossThatShowsTwice) {
    make(2);
    world_->at(2, [](FakeWorld &world) { world.missed_looks = 1; });
    world_->end_at(10);
    run();
    EXPECT_EQ(world_->connects, 0);
    EXPECT_EQ(world_->logs, 1); // that it keeps
}

TEST_F(KeptPorts, FindsAConnectionAgainThatWasNotLost) {
    make(2);
    world_->at(2, [](FakeWorld &world) { world.missed_looks = 2; });
    world_->end_at(10);
    run();
    EXPECT_EQ(world_->connects, 1);
    EXPECT_EQ(world_->handed_over, 0);
    EXPECT_EQ(page_.conns_up, 2U);
    EXPECT_EQ(page_.down_since_ns, 0U);
    EXPECT_EQ(page_.reconnects, 0U);
    EXPECT_EQ(page_.local_port[0], 1000U);
}

TEST_F(KeptPorts, FindsItAgainBesideOneThatWasLost) {
    make(2);
    world_->at(2, [](FakeWorld &world) {
        world.lose(1, TcpState::gone);
        world.missed_looks = 2; // what is offered for the first is put in place of the second
    });
    world_->end_at(10);
    run();
    EXPECT_EQ(world_->connects, 2);
    EXPECT_EQ(page_.conns_up, 2U);
    EXPECT_EQ(page_.reconnects, 1U);
    EXPECT_EQ(world_->established(), 2);
}

TEST_F(KeptPorts, DoesNotHammerAServerWhoseConnectionsTheKernelDoesNotTake) {
    make(1);
    world_->lost_races = 1000;
    world_->at(2, lose_one);
    world_->end_at(32);
    run();
    EXPECT_GT(world_->connects, 10);
    EXPECT_LT(world_->connects, 30);
}

TEST_F(KeptPorts, TellsTheManagerWhileItReconnectsManySlowly) {
    make(16);
    area_.watchdog_ns = 60'000'000'000;
    world_->connect_ns = 4'900'000'000;
    world_->at(2, [](FakeWorld &world) { world.lose_all(TcpState::gone); });
    world_->end_at(120);
    run();
    EXPECT_EQ(world_->handed_over, 16);
    EXPECT_LT(world_->longest_silence_ns, 30'000'000'000U);
}
