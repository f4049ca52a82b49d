// SPDX-License-Identifier: GPL-2.0
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/socket.h>

#include "live/bring_up.h"
#include "live/fake_machine.h"

using namespace netswap;
using namespace netswap::live;
using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;

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
                            "mkswap /dev/nbd3 67108864", "swapon /dev/nbd3 -2", "state",
                            "swapoff /dev/nbd3", "stop netswapd", "restore", "disconnect 3",
                            "rmmod netswap_mark", "rmmod netswap_guard", "remove"));
}

TEST_F(SetUp, LeavesAnExportAloneThatHoldsAnotherAreasHeader) {
    AreaState other;
    other.name = "a";
    other.uuid = "theirs";
    machine_.others = {other};
    machine_.uuid = "theirs";
    area_.force = true;
    area_.persist = false;
    EXPECT_THAT(complaint(), HasSubstr("is area 'a' already, under another address"));
    EXPECT_THAT(machine_.done,
                ElementsAre("connect", "reserve", "restore", "disconnect 3", "remove"));
}

TEST_F(SetUp, TellsItsUuidBeforeItWritesIt) {
    machine_.refuse = "mkswap /dev/nbd3 67108864";
    machine_.uuid = "of an earlier time";
    EXPECT_EQ(complaint(), "mkswap /dev/nbd3 67108864 refused");
    EXPECT_EQ(machine_.parts.back().uuid, "new");
    machine_.refuse.clear();
    ASSERT_TRUE(up());
    EXPECT_EQ(machine_.written.uuid, "new");
}

TEST_F(SetUp, LeavesAnExportAloneThatIsAnotherArea) {
    AreaState other;
    other.name = "a";
    other.export_name = "export";
    other.addresses = {{AF_INET6, "fd00::1", 10809}, {AF_INET, "10.0.0.2", 10809}};
    machine_.others = {other};
    EXPECT_EQ(complaint(), "export 'export' is area 'a' already; netswap down a first");
    EXPECT_EQ(up().error().code, exit_bad_input);
    EXPECT_TRUE(machine_.done.empty());
    EXPECT_TRUE(machine_.parts.empty());
    EXPECT_TRUE(negotiator_.asked.empty());
    machine_.others[0].part = true;
    EXPECT_THAT(complaint(), HasSubstr("its up was interrupted); netswap down a first"));

    machine_.others[0].addresses[1].port = 10810; // another server
    EXPECT_TRUE(up());
    machine_ = FakeMachine{};
    other.export_name = "another";
    machine_.others = {other};
    EXPECT_TRUE(up());
    machine_ = FakeMachine{};
    other = machine_.written;
    other.name = area_.name; // itself
    machine_.others = {other};
    EXPECT_TRUE(up());
}

TEST_F(SetUp, ClaimsTheExportBeforeItAsksTheServer) {
    negotiator_.dead = "10.0.0.1";
    options_.addresses.resize(1);
    area_.persist = false;
    EXPECT_NE(complaint(), "");
    EXPECT_GT(machine_.locked, 0);
    ASSERT_EQ(machine_.parts.size(), 1U);
    EXPECT_EQ(machine_.parts[0].addresses, options_.addresses);
    EXPECT_EQ(machine_.parts[0].export_name, "export");
    EXPECT_THAT(machine_.done, ElementsAre("remove"));
}

TEST_F(SetUp, WritesDownEachChangeBeforeTheNext) {
    machine_.virtio = true;
    ASSERT_TRUE(up());
    ASSERT_EQ(machine_.parts.size(), 6U);
    EXPECT_EQ(machine_.parts[0].index, -1); // the claim
    EXPECT_THAT(machine_.parts[2].modules_loaded, ElementsAre("netswap_guard", "netswap_mark"));
    EXPECT_EQ(machine_.parts[3].device, "/dev/nbd3");
    EXPECT_EQ(machine_.parts[3].min_free_set_kb, -1);
    EXPECT_EQ(machine_.parts[4].min_free_set_kb, 2000);
    EXPECT_EQ(machine_.parts[4].uuid, "");
    EXPECT_EQ(machine_.parts[5].uuid, "new");
    machine_ = FakeMachine{};
    area_.via = Via::nbd_client;
    machine_.refuse = "nbd-client"; // killed while it ran: its device is known
    EXPECT_EQ(complaint(), "nbd-client refused");
    EXPECT_EQ(machine_.parts.back().device, "/dev/nbd3");
}

TEST_F(SetUp, UndoesAllWhenItIsInterrupted) {
    area_.persist = false;
    const std::vector<std::string> all{"connect", "reserve", "mkswap /dev/nbd3 67108864",
                                       "swapon /dev/nbd3 -2", "state"};
    for (std::size_t steps = 0; steps <= all.size(); ++steps) {
        machine_ = FakeMachine{};
        options_.interrupted = [&] { return machine_.done.size() >= steps; };
        const auto report = up();
        ASSERT_FALSE(report) << steps;
        EXPECT_EQ(report.error().message, "interrupted");
        EXPECT_EQ(report.error().code, exit_interrupted);
        EXPECT_FALSE(machine_.is_swap) << steps;
        EXPECT_EQ(machine_.backend, "") << steps;
        EXPECT_EQ(machine_.done.empty() ? "remove" : machine_.done.back(), "remove") << steps;
    }
}

TEST_F(SetUp, LeavesNothingBehindWhereverItFails) {
    area_.persist = false;
    for (const char *step : {"privilege", "part", "connect", "reserve", "mkswap /dev/nbd3 67108864",
                             "swapon", "state", "netswapd swap0"}) {
        machine_ = FakeMachine{};
        machine_.refuse = step;
        EXPECT_NE(complaint(), "") << step;
        EXPECT_FALSE(machine_.is_swap) << step;
        EXPECT_EQ(machine_.backend, "") << step;
        EXPECT_TRUE(machine_.modules.empty()) << step;
    }
}

TEST_F(SetUp, KeepsADeviceWhosePagesDoNotComeBack) {
    struct FullMachine : FakeMachine {
        Status swap_off(const std::string &) override { return fail("not enough memory"); }
        Status start_keeper(const std::string &) override { return fail("no netswapd"); }
    } machine;
    const auto report = bring_up(machine, negotiator_, area_, options_, [](const std::string &) {});
    ASSERT_FALSE(report);
    EXPECT_EQ(report.error().message, "no netswapd; not undone (not enough memory): swap on "
                                      "/dev/nbd3 stays on without a keeper; netswap down swap0");
    EXPECT_EQ(machine.done.back(), "state"); // nothing undone
    EXPECT_TRUE(machine.is_swap);
    EXPECT_EQ(machine.backend, "netswap:swap0");
    EXPECT_EQ(machine.modules.size(), 1U);
}

TEST_F(SetUp, DoesNotTakeAnothersSwapoffForItsOwn) {
    struct TwoAtIt : FakeMachine {
        Status swap_off(const std::string &) override { return {}; }
        Status start_keeper(const std::string &) override { return fail("no netswapd"); }
    } machine;
    const auto report = bring_up(machine, negotiator_, area_, options_, [](const std::string &) {});
    ASSERT_FALSE(report);
    EXPECT_EQ(
        report.error().message,
        "no netswapd; not undone (somebody else's swapoff of /dev/nbd3 is under way): swap on "
        "/dev/nbd3 stays on without a keeper; netswap down swap0");
    EXPECT_EQ(machine.done.back(), "state");
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

TEST_F(SetUp, LeavesModulesToAnotherAreaWhenItFails) {
    machine_.others.emplace_back().name = "b";
    machine_.refuse = "netswapd swap0";
    EXPECT_NE(complaint(), "");
    EXPECT_THAT(machine_.modules, ElementsAre("netswap_mark"));
    EXPECT_THAT(machine_.helpers, ElementsAre("netswap_mark"));
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

TEST_F(SetUp, ConnectsAllToTheServerThatAnsweredFirst) {
    area_.conns = 2;
    negotiator_.info.flags |= keeper::flag_multi_conn;
    negotiator_.dead = "10.0.0.1";
    ASSERT_TRUE(up());
    EXPECT_THAT(negotiator_.asked,
                ElementsAre("10.0.0.1/export", "10.0.0.2/export", "10.0.0.2/export"));
}

TEST_F(SetUp, RefusesASizeThatIsNoSwap) {
    area_.size = 4096;
    EXPECT_EQ(complaint(), "--size 4 KiB: swap needs 40 KiB");
    EXPECT_THAT(machine_.done, Not(Contains(HasSubstr("mkswap"))));
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
