// SPDX-License-Identifier: GPL-2.0
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/socket.h>

#include "live/bring_up.h"
#include "live/fake_machine.h"
#include "live/take_down.h"

using namespace netswap;
using namespace netswap::live;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

namespace {

class SetUp : public ::testing::Test {
  protected:
    SetUp() {
        area_.name = "swap0";
        area_.uri = "nbd://server/export";
        area_.timeout_s = 10;
        options_.addresses = {{AF_INET, "10.0.0.1", 10809}, {AF_INET, "10.0.0.2", 10809}};
        options_.export_name = "export";
    }
    Result<UpReport> up() {
        return bring_up(machine_, negotiator_, area_, options_, [](const std::string &) {});
    }
    std::string complaint() {
        const auto report = up();
        EXPECT_FALSE(report);
        return report ? "" : report.error().message;
    }

    FakeMachine machine_;
    FakeNegotiator negotiator_;
    AreaSpec area_;
    UpOptions options_;
};

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
        return take_down(machine_, state_, others, {.force = force}, [](std::uint64_t) {});
    }

    FakeMachine machine_;
    AreaState state_;
};

} // namespace

TEST_F(SetUp, ConnectsSizesTheReserveAndStartsSwap) {
    area_.conns = 2;
    area_.prio = 5;
    negotiator_.info.flags |= keeper::flag_multi_conn;
    area_.persist = false;
    const auto report = up();
    ASSERT_TRUE(report) << report.error().message;
    EXPECT_THAT(machine_.done, ElementsAre("connect", "reserve", "mkswap /dev/nbd3 67108864",
                                           "swapon /dev/nbd3 5", "state", "netswapd swap0"));
    EXPECT_EQ(machine_.order.sockets.size(), 2U);
    EXPECT_EQ(machine_.order.backend, "netswap:swap0");
    EXPECT_EQ(machine_.order.timeout_s, 10U);
    EXPECT_EQ(machine_.order.dead_conn_timeout_s, never_s);
    EXPECT_EQ(machine_.written.device, "/dev/nbd3");
    EXPECT_EQ(machine_.written.min_free_before_kb, 1000);
    EXPECT_EQ(machine_.written.min_free_set_kb, 2000);
    EXPECT_EQ(machine_.written.up_since, 1234);
    EXPECT_THAT(machine_.ports, ElementsAre(5001, 5002));
}

TEST_F(SetUp, UndoesEverythingInReverse) {
    machine_.virtio = true;
    machine_.refuse = "netswapd swap0";
    EXPECT_EQ(complaint(), "netswapd swap0 refused");
    EXPECT_THAT(machine_.done,
                ElementsAre("modprobe netswap_guard", "modprobe netswap_mark", "connect", "reserve",
                            "mkswap /dev/nbd3 67108864", "swapon /dev/nbd3 -2", "state", "remove",
                            "swapoff /dev/nbd3", "restore", "disconnect 3", "rmmod netswap_mark",
                            "rmmod netswap_guard"));
}

TEST_F(SetUp, LeavesNothingBehindWhereverItFails) {
    area_.persist = false;
    for (const char *step : {"privilege", "connect", "reserve", "mkswap /dev/nbd3 67108864",
                             "swapon", "state", "netswapd swap0"}) {
        machine_ = FakeMachine{};
        machine_.refuse = step;
        EXPECT_NE(complaint(), "") << step;
        EXPECT_FALSE(machine_.is_swap) << step;
        EXPECT_EQ(machine_.backend, "") << step;
        EXPECT_TRUE(machine_.modules.empty()) << step;
    }
}

TEST_F(SetUp, LoadsWhatAStockKernelNeeds) {
    machine_.virtio = true;
    machine_.nbd = false;
    const auto report = up();
    ASSERT_TRUE(report) << report.error().message;
    EXPECT_EQ(machine_.done[0], "modprobe nbd");
    EXPECT_THAT(report->state.modules_loaded, ElementsAre("netswap_guard", "netswap_mark"));
    EXPECT_EQ(report->protections.size(), 3U);
    EXPECT_TRUE(report->warnings.empty());
}

TEST_F(SetUp, LoadsNoHelpersOnAHookedKernelOrWhereToldNotTo) {
    machine_.virtio = true;
    machine_.is_hooked = true;
    ASSERT_TRUE(up());
    EXPECT_EQ(machine_.done[0], "connect");
    machine_ = FakeMachine{};
    machine_.virtio = true;
    area_.guard = GuardPolicy::never;
    area_.persist = false;
    ASSERT_TRUE(up());
    EXPECT_EQ(machine_.done[0], "connect");
}

TEST_F(SetUp, WarnsWithoutItsModules) {
    machine_.virtio = true;
    machine_.refuse = "modprobe netswap_guard";
    const auto report = up();
    ASSERT_TRUE(report) << report.error().message;
    ASSERT_EQ(report->warnings.size(), 1U);
    EXPECT_THAT(report->warnings[0], HasSubstr("no netswap_guard"));
    EXPECT_THAT(report->warnings[0], HasSubstr("install netswap-dkms"));
    EXPECT_THAT(report->state.modules_loaded, ElementsAre("netswap_mark"));
}

TEST_F(SetUp, SaysThatTheKernelHasNoNbd) {
    machine_.nbd = false;
    machine_.refuse = "modprobe nbd";
    EXPECT_EQ(complaint(), "this kernel has no nbd: modprobe nbd refused");
    machine_ = FakeMachine{};
    machine_.nbd = machine_.nbd_module = false;
    EXPECT_THAT(complaint(), HasSubstr("without its netlink family"));
}

TEST_F(SetUp, GoesOnToTheNextAddressAndRemembersIt) {
    negotiator_.dead = "10.0.0.1";
    ASSERT_TRUE(up());
    EXPECT_THAT(negotiator_.asked, ElementsAre("10.0.0.1/export", "10.0.0.2/export"));
    EXPECT_EQ(machine_.written.addresses.front().address, "10.0.0.2");
    EXPECT_EQ(machine_.written.addresses.size(), 2U);
    options_.addresses.resize(1);
    EXPECT_EQ(complaint(), "10.0.0.1: Connection refused");
}

TEST_F(SetUp, RefusesAnExportThatCannotBeSwap) {
    negotiator_.info.flags = 3;
    EXPECT_EQ(complaint(), "export 'export' is read-only");
    negotiator_.info.flags = 1;
    negotiator_.info.bytes = 36 << 10;
    EXPECT_EQ(complaint(), "export 'export' has 36 KiB, swap needs 40 KiB");
    negotiator_.info.bytes = 64 << 20;
    area_.size = 65ULL << 20;
    EXPECT_EQ(complaint(), "export 'export' has 64.0 MiB, swap needs 65.0 MiB");
    area_.size.reset();
    negotiator_.info.min_block = 8192;
    EXPECT_THAT(complaint(), HasSubstr("no blocks smaller than 8192 bytes"));
    negotiator_.info.min_block = 1;
    area_.conns = 2;
    EXPECT_THAT(complaint(), HasSubstr("use --conns 1"));
    EXPECT_TRUE(machine_.backend.empty());
}

TEST_F(SetUp, OverwritesNothingButSwapUnlessForced) {
    machine_.content = {Content::other, "ext4"};
    EXPECT_EQ(complaint(), "export 'export' holds ext4; --force overwrites it");
    EXPECT_EQ(machine_.backend, "");
    area_.force = true;
    EXPECT_TRUE(up());
    machine_ = FakeMachine{};
    machine_.content = {Content::swap, "swap"};
    area_.force = false;
    EXPECT_TRUE(up());
}

TEST_F(SetUp, LeavesTheConnectionsToNbdClientIfAsked) {
    area_.via = Via::nbd_client;
    const auto report = up();
    ASSERT_TRUE(report) << report.error().message;
    EXPECT_THAT(machine_.done, ::testing::Contains("nbd-client"));
    EXPECT_THAT(machine_.done, ::testing::Not(::testing::Contains("connect")));
    EXPECT_THAT(machine_.done, ::testing::Not(::testing::Contains("netswapd swap0")));
    EXPECT_FALSE(report->state.persist);
    EXPECT_EQ(report->warnings.size(), 1U);
}

TEST_F(TakeDown, BringsPagesBackBeforeTheKeeperGoes) {
    const auto report = down();
    ASSERT_TRUE(report) << report.error().message;
    EXPECT_THAT(machine_.done,
                ElementsAre("swapoff /dev/nbd3", "stop netswapd", "disconnect 3", "restore",
                            "rmmod netswap_mark", "rmmod netswap_guard", "remove"));
}

TEST_F(TakeDown, LeavesModulesThatOthersNeed) {
    ASSERT_TRUE(down(true));
    EXPECT_EQ(machine_.modules.size(), 2U);
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
        machine, state_, true, {.wait = true}, [](std::uint64_t) {},
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
    machine.backend = state_.backend;
    machine.is_swap = true;
    ASSERT_TRUE(take_down(machine, state_, true, {}, [](std::uint64_t) {}));
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

TEST_F(TakeDown, WarnsOfWhatStays) {
    machine_.refuse = "restore";
    const auto report = down();
    ASSERT_TRUE(report);
    EXPECT_THAT(report->warnings, ElementsAre("restore refused"));
    EXPECT_EQ(machine_.done.back(), "remove");
}
