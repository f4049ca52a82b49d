// SPDX-License-Identifier: GPL-2.0
#include <atomic>
#include <thread>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "live/fake_machine.h"
#include "live/take_down.h"

using namespace netswap;
using namespace netswap::live;
using ::testing::ElementsAre;

namespace {

class TakeDown : public ::testing::Test {
  protected:
    TakeDown() {
        state_.name = "swap0";
        state_.device = "/dev/nbd3";
        state_.index = 3;
        state_.backend = "netswap:swap0";
        state_.modules_loaded = {"netswap_guard", "netswap_mark"};
        machine_.backend = "netswap:swap0";
        machine_.is_swap = true;
        machine_.modules = state_.modules_loaded;
    }
    Result<DownReport> down(bool others = false, bool force = false) {
        if (others)
            machine_.others.emplace_back().name = "b";
        return take_down(machine_, state_, {.force = force}, [](std::uint64_t) {});
    }

    FakeMachine machine_;
    AreaState state_;
};

} // namespace

TEST_F(TakeDown, BringsPagesBackBeforeTheKeeperGoes) {
    const auto report = down();
    ASSERT_TRUE(report) << report.error().message;
    EXPECT_THAT(machine_.done,
                ElementsAre("swapoff /dev/nbd3", "stop netswapd", "disconnect 3", "restore",
                            "rmmod netswap_mark", "rmmod netswap_guard", "remove"));
}

TEST_F(TakeDown, LeavesModulesThatOthersNeedToTheLastOne) {
    machine_.others.emplace_back().name = "b"; // on its way up
    machine_.others[0].part = true;
    ASSERT_TRUE(down());
    EXPECT_EQ(machine_.modules.size(), 2U);
    EXPECT_EQ(machine_.helpers, state_.modules_loaded);
    state_.name = "b"; // which loaded none itself
    state_.modules_loaded.clear();
    ASSERT_TRUE(down());
    EXPECT_TRUE(machine_.modules.empty());
    EXPECT_TRUE(machine_.helpers.empty());
}

TEST_F(TakeDown, RemembersAModuleThatDoesNotGo) {
    machine_.refuse = "rmmod netswap_mark";
    const auto report = down();
    ASSERT_TRUE(report);
    EXPECT_THAT(report->warnings, ElementsAre("rmmod netswap_mark refused"));
    EXPECT_THAT(machine_.helpers, ElementsAre("netswap_mark"));
}

TEST_F(TakeDown, LooksForOthersAndGoesInOneStep) {
    struct Watched : FakeMachine {
        Result<std::vector<AreaState>> areas() override {
            looked_at = locked;
            return FakeMachine::areas();
        }
        void remove_state(const std::string &name) override {
            removed_at = locked;
            FakeMachine::remove_state(name);
        }
        int looked_at = 0, removed_at = -1;
    } machine;
    ASSERT_TRUE(take_down(machine, state_, {}, {}));
    EXPECT_GT(machine.looked_at, 0);
    EXPECT_EQ(machine.looked_at, machine.removed_at); // the same lock
}

TEST_F(TakeDown, RefusesWhenThePagesWouldNotFit) {
    machine_.used = 48 << 20;
    machine_.level = {32 << 20, (64 - 48) << 20}; // the free swap is this area's own
    const auto report = down();
    ASSERT_FALSE(report);
    EXPECT_EQ(report.error().message, "/dev/nbd3 holds 48 MiB, but only 32 MiB of memory and other "
                                      "swap are free; end programs first, or --force");
    EXPECT_TRUE(machine_.done.empty());
    machine_.level.swap_free += 16 << 20; // another area
    EXPECT_TRUE(down());
}

TEST_F(TakeDown, DoesNotRefuseWhenForced) {
    machine_.used = 48 << 20;
    machine_.level = {0, 0};
    const auto report = down(false, true);
    ASSERT_TRUE(report);
    EXPECT_EQ(report->brought_back, 48U << 20);
}

TEST_F(TakeDown, SaysWhatADeviceHeldThatSomebodyDisconnected) {
    machine_.removed = true;
    machine_.used = 8 << 20;
    machine_.level = {}; // there is no room, and none is needed
    const auto report = down();
    ASSERT_TRUE(report) << report.error().message;
    EXPECT_EQ(report->brought_back, 0U);
    EXPECT_EQ(report->lost, 8U << 20);
    ASSERT_EQ(report->warnings.size(), 1U);
    EXPECT_EQ(report->warnings[0],
              "/dev/nbd3 had been disconnected by somebody else: of 8192 KiB on it, what was "
              "nowhere else is lost, and programs that need it die of SIGBUS");
}

TEST_F(TakeDown, TellsOfNoPagesThatComeBackFromADeviceThatIsGone) {
    struct Removed : FakeMachine {
        Status swap_off(const std::string &device) override {
            std::this_thread::sleep_for(std::chrono::milliseconds(50)); // the teller looks first
            backend.clear();
            return FakeMachine::swap_off(device);
        }
    };
    for (const bool before : {true, false}) {
        Removed machine;
        machine.others.emplace_back().name = "b";
        machine.backend = state_.backend;
        machine.is_swap = true;
        machine.used = 8 << 20;
        machine.removed = before;
        std::atomic<int> told{0};
        const auto report = take_down(machine, state_, {}, [&](std::uint64_t) { ++told; });
        ASSERT_TRUE(report) << report.error().message;
        EXPECT_TRUE(report->removed);
        EXPECT_EQ(report->brought_back, 0U);
        EXPECT_EQ(report->lost, 8U << 20);
        EXPECT_EQ(told > 0, !before);
        // The index is free: somebody else may have it by now.
        EXPECT_THAT(machine.done,
                    ElementsAre("swapoff /dev/nbd3", "stop netswapd", "restore", "remove"));
    }
}

TEST_F(TakeDown, TakesSwapsThatCannotBeReadForNoAnswer) {
    struct Unreadable : FakeMachine {
        Result<std::vector<SwapEntry>> swaps() override {
            if (unreadable)
                return fail("/proc/swaps: Input/output error");
            return FakeMachine::swaps();
        }
        Status swap_off(const std::string &) override {
            unreadable = true; // nothing said whether the swapoff of somebody else is done
            return {};
        }
        std::atomic<bool> unreadable{false};
    } machine;
    machine.backend = state_.backend;
    machine.is_swap = true;
    const auto report = take_down(machine, state_, {}, [](std::uint64_t) {});
    ASSERT_FALSE(report);
    EXPECT_EQ(report.error().message, "/proc/swaps: Input/output error");
    EXPECT_TRUE(machine.done.empty());
    EXPECT_EQ(machine.backend, state_.backend);
}

TEST_F(TakeDown, WaitsForRoomWhenTold) {
    struct EndingPrograms : FakeMachine {
        Result<MemoryLevel> memory() override {
            return MemoryLevel{++asked > 2 ? 64U << 20 : 0, 0};
        }
        int asked = 0;
    } machine;
    machine.backend = state_.backend;
    machine.is_swap = true;
    machine.used = 48 << 20;
    std::vector<std::string> told;
    const auto report = take_down(
        machine, state_, {.wait = true}, [](std::uint64_t) {},
        [&](const std::string &why) { told.push_back(why); });
    ASSERT_TRUE(report) << report.error().message;
    EXPECT_EQ(report->brought_back, 48U << 20);
    EXPECT_EQ(machine.asked, 3);
    EXPECT_EQ(told.size(), 1U); // not each time
}

TEST_F(TakeDown, DoesNotDisconnectWhileSomebodyElsesSwapoffIsUnderWay) {
    struct TwoAtIt : FakeMachine {
        Status swap_off(const std::string &device) override {
            return ++tries < 3 ? Status{} : FakeMachine::swap_off(device);
        }
        int tries = 0;
    } machine;
    machine.others.emplace_back().name = "b";
    machine.backend = state_.backend;
    machine.is_swap = true;
    ASSERT_TRUE(take_down(machine, state_, {}, [](std::uint64_t) {}));
    EXPECT_EQ(machine.tries, 3);
    EXPECT_THAT(machine.done, ElementsAre("swapoff /dev/nbd3", "stop netswapd", "disconnect 3",
                                          "restore", "remove"));
}

TEST_F(TakeDown, KeepsTheStateWhenPagesDoNotComeBack) {
    machine_.refuse = "swapoff";
    EXPECT_FALSE(down());
    EXPECT_TRUE(machine_.done.empty());
}

TEST_F(TakeDown, GoesOnWhenSomebodyElseTookSwapOff) {
    machine_.is_swap = false;
    ASSERT_TRUE(down());
    EXPECT_EQ(machine_.done.front(), "stop netswapd");
    EXPECT_EQ(machine_.done.back(), "remove");
}

TEST_F(TakeDown, LeavesADeviceAloneThatIsNotOurs) {
    machine_.backend = "somebody else's";
    const auto report = down();
    ASSERT_TRUE(report);
    ASSERT_EQ(report->warnings.size(), 1U);
    EXPECT_TRUE(machine_.is_swap);
    EXPECT_THAT(machine_.done, ::testing::Not(::testing::Contains("disconnect 3")));
}

TEST_F(TakeDown, LeavesADeviceOfNbdClientThatIsNoSwapAnyMore) {
    state_.backend.clear();
    machine_.backend.clear(); // connected for somebody else by nbd-client, too
    machine_.is_swap = false;
    const auto report = down();
    ASSERT_TRUE(report);
    EXPECT_THAT(machine_.done, ElementsAre("stop netswapd", "restore", "rmmod netswap_mark",
                                           "rmmod netswap_guard", "remove"));
    EXPECT_THAT(report->warnings,
                ElementsAre("/dev/nbd3 is no swap, so it may be somebody else's by now; left alone "
                            "(nbd-client -d /dev/nbd3 disconnects it)"));
}

TEST_F(TakeDown, DisconnectsADeviceOfNbdClientThatIsSwap) {
    state_.backend.clear();
    machine_.backend.clear();
    ASSERT_TRUE(down());
    EXPECT_THAT(machine_.done, ::testing::IsSupersetOf({"swapoff /dev/nbd3", "disconnect 3"}));
}

TEST_F(TakeDown, WarnsOfWhatStays) {
    machine_.refuse = "restore";
    const auto report = down();
    ASSERT_TRUE(report);
    EXPECT_THAT(report->warnings, ElementsAre("restore refused"));
    EXPECT_EQ(machine_.done.back(), "remove");
}
