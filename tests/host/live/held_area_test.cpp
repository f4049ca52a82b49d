// SPDX-License-Identifier: GPL-2.0
#include "live/held_area.h"

#include <atomic>
#include <filesystem>
#include <thread>

#include <gtest/gtest.h>

#include "temporary_directory.h"

using namespace netswap;
using namespace netswap::live;

namespace {

class HoldArea : public ::testing::Test {
  protected:
    HoldArea() {
        std::filesystem::create_directories(directory_.path() + "/run");
        state_.name = "swap0";
        state_.addresses.clear();
        EXPECT_TRUE(write_area_state(paths_, state_));
    }
    TemporaryDirectory directory_;
    Paths paths_{directory_.path()};
    AreaState state_;
};

} // namespace

TEST_F(HoldArea, GivesTheStateUnderTheLock) {
    const auto held = hold_area(paths_, "swap0");
    ASSERT_TRUE(held && *held);
    EXPECT_EQ((*held)->state.name, "swap0");
    const auto second = hold_area(paths_, "swap0");
    ASSERT_FALSE(second);
    EXPECT_EQ(second.error().message, "another netswap works on area 'swap0' right now");
}

TEST_F(HoldArea, LeavesNothingOfAnUnknownName) {
    const auto held = hold_area(paths_, "other");
    ASSERT_TRUE(held);
    EXPECT_FALSE(*held);
    EXPECT_FALSE(std::filesystem::exists(paths_.run("other.lock")));
}

TEST_F(HoldArea, WaitsForAnotherAndReadsWhatThatOneLeft) {
    for (const bool gone : {false, true}) {
        auto lock = lock_area(paths_, "swap0");
        ASSERT_TRUE(lock);
        std::atomic<bool> waits{false}, done{false};
        std::optional<Result<std::optional<HeldArea>>> held;
        std::thread down([&] {
            held = hold_area(paths_, "swap0", [&] { waits = true; });
            done = true;
        });
        for (int i = 0; i < 1000 && !waits; ++i)
            std::this_thread::sleep_for(std::chrono::milliseconds(5));
        EXPECT_TRUE(waits);
        EXPECT_FALSE(done);
        state_.prio = 7;
        ASSERT_TRUE(write_area_state(paths_, state_));
        if (gone)
            remove_area_state(paths_, "swap0");
        lock->reset();
        down.join();
        ASSERT_TRUE(*held);
        ASSERT_EQ((*held)->has_value(), !gone);
        if (!gone)
            EXPECT_EQ((**held)->state.prio, 7);
    }
}
