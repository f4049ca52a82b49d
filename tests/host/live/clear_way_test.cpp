// SPDX-License-Identifier: GPL-2.0
#include "live/clear_way.h"

#include <csignal>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "live/end_signals.h"
#include "live/fake_machine.h"

using namespace netswap;
using namespace netswap::live;
using ::testing::Contains;
using ::testing::ElementsAre;

namespace {

class ClearWay : public ::testing::Test {
  protected:
    ClearWay() {
        state_.name = "swap0";
        state_.device = "/dev/nbd3";
        state_.index = 3;
        state_.backend = "netswap:swap0";
        machine_.backend = state_.backend;
    }

    FakeMachine machine_;
    AreaState state_;
};

} // namespace

TEST_F(ClearWay, LeavesAnAreaThatIsUp) {
    machine_.is_swap = true;
    EXPECT_TRUE(*clear_way(machine_, std::nullopt));
    EXPECT_FALSE(*clear_way(machine_, state_));
    EXPECT_TRUE(machine_.done.empty());
}

TEST_F(ClearWay, TellsADeadDeviceOfNbdClientFromOneThatIsUp) {
    state_.backend.clear();
    machine_.backend.clear();
    EXPECT_TRUE(*clear_way(machine_, state_));
    EXPECT_THAT(machine_.done, ElementsAre("stop netswapd", "restore", "remove"));
    machine_.is_swap = true;
    EXPECT_FALSE(*clear_way(machine_, state_));
}

TEST_F(ClearWay, DoesNotTakeAnAreaForUpWhoseDeviceWasDisconnected) {
    machine_.is_swap = machine_.removed = true;
    const auto done = clear_way(machine_, state_);
    ASSERT_FALSE(done);
    EXPECT_EQ(done.error().message,
              "/dev/nbd3 was disconnected by somebody else; netswap down swap0, then up again");
    EXPECT_EQ(done.error().code, exit_failed); // the unit tries again
    EXPECT_TRUE(machine_.done.empty());
}

TEST_F(ClearWay, TakesDownWhatAnInterruptedUpLeft) {
    state_.part = true;
    machine_.is_swap = true;
    EXPECT_TRUE(*clear_way(machine_, state_));
    EXPECT_THAT(machine_.done, ElementsAre("swapoff /dev/nbd3", "stop netswapd", "disconnect 3",
                                           "restore", "remove"));
}

TEST_F(ClearWay, FindsTheDeviceThatNobodyWroteDown) {
    state_.part = true;
    state_.index = -1;
    state_.device.clear();
    EXPECT_TRUE(*clear_way(machine_, state_));
    EXPECT_THAT(machine_.done, Contains("disconnect 3"));
    machine_ = FakeMachine{}; // killed before it was connected
    EXPECT_TRUE(*clear_way(machine_, state_));
    EXPECT_THAT(machine_.done, ElementsAre("stop netswapd", "restore", "remove"));
}

TEST_F(ClearWay, ForgetsAnAreaWhoseDeviceIsSomebodyElses) {
    machine_.backend = "netswap:other";
    EXPECT_TRUE(*clear_way(machine_, state_));
    EXPECT_THAT(machine_.done, ElementsAre("stop netswapd", "restore", "remove"));
}

TEST_F(ClearWay, StopsWhenWhatIsLeftDoesNotGo) {
    state_.part = true;
    machine_.is_swap = true;
    machine_.refuse = "swapoff";
    const auto done = clear_way(machine_, state_);
    ASSERT_FALSE(done);
    EXPECT_EQ(done.error().message,
              "taking down what an earlier one has left: swapoff /dev/nbd3 refused");
    EXPECT_TRUE(machine_.done.empty());
}

TEST(EndSignals, AreNotedOnceAndThenDoWhatTheyDid) {
    struct sigaction before {};
    ::sigaction(SIGTERM, nullptr, &before);
    {
        const EndSignals signals;
        EXPECT_FALSE(EndSignals::came());
        std::raise(SIGPIPE);
        EXPECT_FALSE(EndSignals::came());
        std::raise(SIGTERM);
        EXPECT_TRUE(EndSignals::came());
        struct sigaction now {};
        ::sigaction(SIGTERM, nullptr, &now);
        EXPECT_EQ(now.sa_handler, SIG_DFL); // the next one ends it
    }
    struct sigaction after {};
    ::sigaction(SIGTERM, nullptr, &after);
    EXPECT_EQ(after.sa_handler, before.sa_handler);
}
