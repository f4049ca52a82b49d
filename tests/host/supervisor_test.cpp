// SPDX-License-Identifier: GPL-2.0
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "hang_fixtures.h"
#include "supervisor_fixture.h"

namespace netswap {
namespace {

using ::testing::HasSubstr;
using Kind = MachineEvent::Kind;

TEST_F(SupervisorTest, Pass) {
    machine.line(hello)
        .line(R"({"type":"phase","phase":"write","t":2})")
        .line(state("bare", 0))
        .line(sample(3, 10))
        .line(sample(4, 20, 90))
        .line(R"({"type":"counters","vmstat":{"pswpout":1000,"pswpin":900,)"
              R"("pgscan_direct_throttle":7},"netstat":{"PFMemallocDrop":5},)"
              R"("netswap":{"gfp_memalloc.granted":6}})")
        .line(pass)
        .event(Kind::machine_end, "exit code 0");
    const auto result = run();
    const auto &record = result.record;
    EXPECT_EQ(record.verdict, Verdict::pass) << record.message;
    EXPECT_EQ(record.elapsed_s, 17.5);
    EXPECT_EQ(machine.sent, "config\n");
    EXPECT_EQ(machine.keys, "");
    EXPECT_EQ(record.samples.size(), 2u);
    EXPECT_EQ(record.counters.pswpout, 1000);
    EXPECT_EQ(record.counters.throttled, 7);
    EXPECT_EQ(record.counters.pfmemalloc_drops, 5);
    EXPECT_EQ(record.counters.lowest_free_pages, 90);
    EXPECT_EQ(record.counters.netswap.at("gfp_memalloc.granted"), 6u);
    EXPECT_FALSE(record.hang);
    EXPECT_EQ(phases.back(), "write");
}

TEST_F(SupervisorTest, HangIsDiagnosedBeforeTheMachineIsEnded) {
    machine.line(hello).line(state("bare", 0)).line(sample(3, 10));
    for (int i = 0; i < 200; i++)
        machine.line(sample(4 + i, 10), 0.25);
    machine.answer('w', fixture::refill_hang);
    const auto result = run();
    EXPECT_EQ(result.record.verdict, Verdict::hang);
    EXPECT_THAT(result.record.message, HasSubstr("no page moved for 20 s"));
    EXPECT_EQ(machine.keys, "9wmdy");
    ASSERT_TRUE(result.record.hang);
    EXPECT_THAT(result.record.hang->cycle.at(0), HasSubstr("refill_work"));
}

TEST_F(SupervisorTest, SilenceIsAHangAndAsksForAllTasks) {
    machine.line(hello).line(state("bare", 0)).line(sample(3, 10));
    machine.answer('w', "sysrq: Show Blocked State\n").answer('t', fixture::send_hang);
    const auto result = run();
    EXPECT_EQ(result.record.verdict, Verdict::hang);
    EXPECT_EQ(machine.keys, "9wtmdy");
    EXPECT_EQ(result.record.counters.pswpout, 2000);
}

TEST_F(SupervisorTest, PagesOnTheWireAreProgress) {
    machine.line(hello).line(state("bare", 0)).line(sample(3, 10)).line(pass, 60);
    machine.wire_traffic(2 << 20);
    EXPECT_EQ(run().record.verdict, Verdict::pass);
}

TEST_F(SupervisorTest, NoVerdictWithinTheLimitIsAHang) {
    machine.line(hello).line(state("bare", 0));
    for (int i = 0; i < 700; i++)
        machine.line(sample(i, i), 1);
    const auto result = run();
    EXPECT_EQ(result.record.verdict, Verdict::hang);
    EXPECT_THAT(result.record.message, HasSubstr("no verdict in 600 s"));
}

TEST_F(SupervisorTest, PanicIsACrash) {
    machine.line(hello)
        .line(state("bare", 0))
        .console("[   12.0] Kernel panic - not syncing: Fatal exception\n")
        .event(Kind::machine_end, "exit code 0");
    const auto result = run();
    EXPECT_EQ(result.record.verdict, Verdict::crash);
    EXPECT_EQ(result.record.message, "Kernel panic - not syncing: Fatal exception");
}

TEST_F(SupervisorTest, EndWithoutVerdictIsACrash) {
    machine.line(hello).line(state("bare", 0)).event(Kind::machine_end, "signal 11 (SEGV)");
    const auto result = run();
    EXPECT_EQ(result.record.verdict, Verdict::crash);
    EXPECT_THAT(result.record.message, HasSubstr("signal 11"));
}

TEST_F(SupervisorTest, WarningTurnsAPassIntoACrash) {
    machine.line(hello)
        .line(state("bare", 0))
        .console("WARNING: CPU: 0 PID: 9 at mm/page_alloc.c:1 x+0x1/0x2\n")
        .line(pass);
    EXPECT_EQ(run().record.verdict, Verdict::crash);
}

TEST_F(SupervisorTest, WarningAfterTheVerdictCountsToo) {
    machine.line(hello)
        .line(state("bare", 0))
        .line(pass)
        .console("WARNING: CPU: 0 PID: 1 at kernel/module.c:1\n", 1);
    EXPECT_EQ(run().record.verdict, Verdict::crash);
}

TEST_F(SupervisorTest, AWarningThatTheGuestSawIsACrashToo) {
    machine.line(hello)
        .line(state("bare", 0))
        .console("WARNING: CPU: 0 PID: 9 at mm/page_alloc.c:1 x+0x1/0x2\n")
        .line(R"({"type":"verdict","verdict":"error","message":"kernel log: WARNING: CPU: 0"})");
    const auto result = run();
    EXPECT_EQ(result.record.verdict, Verdict::crash);
    EXPECT_THAT(result.record.message, HasSubstr("kernel log: WARNING: CPU: 0, but"));
}

TEST_F(SupervisorTest, SilenceBeforeTheStormIsNoHangOfTheStorm) {
    machine.line(hello).line(R"({"type":"phase","phase":"swapon","t":1})");
    const auto result = run();
    EXPECT_EQ(result.record.verdict, Verdict::error);
    EXPECT_THAT(result.record.message, HasSubstr("the storm did not begin: no page moved for 60 s "
                                                 "in phase 'swapon'"));
}

TEST_F(SupervisorTest, ASlowHostHasTimeToSetUpWhatTheStormIsFor) {
    machine.line(hello)
        .line(R"({"type":"phase","phase":"swapon","t":1})")
        .line(state("bare", 0), 55)
        .line(sample(60, 10))
        .line(pass, 15);
    EXPECT_EQ(run().record.verdict, Verdict::pass);
}

TEST_F(SupervisorTest, AStormWithoutSwapOutIsNone) {
    machine.line(hello).line(state("bare", 0)).line(pass);
    const auto result = run();
    EXPECT_EQ(result.record.verdict, Verdict::error);
    EXPECT_THAT(result.record.message, HasSubstr("0 pages were swapped out"));
}

TEST_F(SupervisorTest, TimeInWhichNobodyWatchedIsNotTheGuests) {
    machine.line(hello).line(state("bare", 0)).line(sample(3, 10)).standstill(300).line(pass, 15);
    EXPECT_EQ(run().record.verdict, Verdict::pass);
}

TEST_F(SupervisorTest, OomKill) {
    machine.line(hello)
        .line(state("bare", 0))
        .console("Out of memory: Killed process 66 (storm) total-vm:33000kB\n")
        .line(R"({"type":"verdict","verdict":"error","message":"worker died"})");
    EXPECT_EQ(run().record.verdict, Verdict::oom);
}

TEST_F(SupervisorTest, CorruptFromTheGuest) {
    machine.line(hello)
        .line(state("bare", 0))
        .line(R"({"type":"verdict","verdict":"corrupt","message":"page 77","elapsed_s":9})");
    const auto result = run();
    EXPECT_EQ(result.record.verdict, Verdict::corrupt);
    EXPECT_EQ(result.record.message, "page 77");
}

TEST_F(SupervisorTest, ArmNotInForceIsAnError) {
    machine.line(hello).line(state("mainline", 1)).line(pass, 30);
    const auto result = run();
    EXPECT_EQ(result.record.verdict, Verdict::error);
    EXPECT_THAT(result.record.message, HasSubstr("policy is mainline, not bare"));
    EXPECT_THAT(result.record.message, HasSubstr("1 sockets are marked"));
}

TEST_F(SupervisorTest, ServerDeathIsAnError) {
    machine.line(hello).line(state("bare", 0)).event(Kind::server_end, "signal 9 (Killed)");
    const auto result = run();
    EXPECT_EQ(result.record.verdict, Verdict::error);
    EXPECT_THAT(result.record.message, HasSubstr("the NBD server died"));
}

TEST_F(SupervisorTest, ServerDeathExplainsAGuestThatFails) {
    machine.line(hello)
        .line(state("bare", 0))
        .line(R"({"type":"verdict","verdict":"error","message":"worker died of signal 7"})")
        .event(Kind::server_end, "exit code 1");
    EXPECT_THAT(run().record.message, HasSubstr("the NBD server died"));
}

TEST_F(SupervisorTest, GuestThatNeverSpeaks) {
    machine.console("some line\n");
    const auto result = run();
    EXPECT_EQ(result.record.verdict, Verdict::error);
    EXPECT_THAT(result.record.message, HasSubstr("no word from the guest in 60 s"));
    EXPECT_THAT(result.record.message, HasSubstr("some line"));
}

TEST_F(SupervisorTest, GarbageOnTheChannelIsAnError) {
    machine.line(hello).line("}{");
    const auto result = run();
    EXPECT_EQ(result.record.verdict, Verdict::error);
    EXPECT_THAT(result.record.message, HasSubstr("no message: }{"));
}

TEST_F(SupervisorTest, FailedChurnSpoilsAPass) {
    machine.line(hello)
        .line(state("bare", 0))
        .line(R"({"type":"churn","round":4,"action":"unload","module":"sock_memalloc",)"
              R"("ok":false,"message":"busy"})")
        .line(pass);
    const auto result = run();
    EXPECT_EQ(result.record.verdict, Verdict::crash);
    EXPECT_THAT(result.record.message, HasSubstr("round 4: unload sock_memalloc: busy"));
}

TEST_F(SupervisorTest, CollectsTests) {
    machine.line(hello)
        .line(R"({"type":"test","suite":"s","name":"a","ok":true})")
        .line(R"({"type":"test","suite":"s","name":"b","ok":false,"detail":"why"})")
        .line(pass);
    const auto result = run();
    ASSERT_EQ(result.tests.size(), 2u);
    EXPECT_EQ(result.tests[1].detail, "why");
}

TEST_F(SupervisorTest, TestsMayTakeASwapDeviceAway) {
    const std::string lost = "Read-error on swap-device (43:0:8)\n";
    machine.line(hello)
        .line(R"({"type":"test","suite":"s","name":"a","ok":true})")
        .console(lost)
        .line(pass);
    const auto result = run();
    EXPECT_EQ(result.record.verdict, Verdict::pass) << result.record.message;
    EXPECT_EQ(result.record.io_error + "\n", lost);
}

} // namespace
} // namespace netswap
