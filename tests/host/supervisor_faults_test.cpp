// SPDX-License-Identifier: GPL-2.0
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "supervisor_fixture.h"

namespace netswap {
namespace {

using ::testing::HasSubstr;

/// Like sample(), of a guest that swaps.
std::string swapping(double t, int out) {
    return fmt::format(R"({{"type":"sample","t":{},"touched":{},"pswpin":1,"pswpout":{}}})", t, out,
                       out);
}

TEST_F(SupervisorTest, MakesFaultsAndEndsTheStorm) {
    machine.line(hello).line(state("bare", 0)).wire_traffic(1 << 20);
    for (int i = 0; i < 200; i++)
        machine.line(swapping(i * 0.1, 2000 + i));
    machine.line(R"({"type":"status","status":{"areas":[]}})")
        .line(R"({"type":"daemon_report","pid":70,"rss_kb":1900,"mlocked":true,"heap_calls":0})")
        .line(R"({"type":"down","ok":true,"seconds":0.5,"message":""})")
        .line(pass);
    const auto record = run("bare", "server-kill=2:1,link-drop=1:2").record;
    EXPECT_EQ(record.verdict, Verdict::pass) << record.message;
    EXPECT_EQ(machine.sent, "config\nend\n");
    EXPECT_EQ(site.log.size(), 6u);
    EXPECT_EQ(site.overlaps, 0);
    ASSERT_EQ(record.faults.size(), 3u);
    for (const auto &fault : record.faults) {
        EXPECT_TRUE(fault.recovery_s);
        EXPECT_GT(fault.t, 0);
    }
    EXPECT_TRUE(record.status.contains("areas"));
    ASSERT_TRUE(record.daemon && record.down);
    EXPECT_EQ(record.daemon->rss_kb, 1900);
    EXPECT_DOUBLE_EQ(record.down->seconds, 0.5);
}

TEST_F(SupervisorTest, AStormThatEndsBeforeItsFaultsIsAnError) {
    machine.line(hello).line(state("bare", 0)).line(swapping(1, 2000)).line(pass);
    const auto result = run("bare", "server-kill=5");
    EXPECT_EQ(result.record.verdict, Verdict::error);
    EXPECT_THAT(result.record.message, HasSubstr("only 0 of 5 faults were made and healed"));
}

TEST_F(SupervisorTest, AHangTellsDuringWhichFault) {
    machine.line(hello).line(state("bare", 0)).line(swapping(1, 2000));
    const auto result = run("bare", "server-kill=5:2");
    EXPECT_EQ(result.record.verdict, Verdict::hang);
    EXPECT_THAT(result.record.message, HasSubstr("no page moved for 90 s"));
    EXPECT_THAT(result.record.message, HasSubstr("during server-kill (1 of 5), "));
    EXPECT_EQ(result.record.faults.size(), 1u);
}

TEST_F(SupervisorTest, AnIoErrorSpoilsAPass) {
    machine.line(hello)
        .line(state("bare", 0))
        .console("[  17.0] Read-error on swap-device (43:0:81912)\n")
        .line(pass);
    const auto result = run();
    EXPECT_EQ(result.record.verdict, Verdict::error);
    EXPECT_EQ(result.record.message, "the kernel log has: Read-error on swap-device (43:0:81912)");
    EXPECT_EQ(result.record.io_error, "Read-error on swap-device (43:0:81912)");
}

TEST_F(SupervisorTest, WritesThatFailOnPurposeSpoilNothing) {
    const auto storm = [&](const char *console) {
        machine.line(hello).line(state("bare", 0)).wire_traffic(1 << 20);
        for (int i = 0; i < 200; i++)
            machine.line(swapping(i * 0.1, 2000 + i));
        machine.console(console).line(pass);
        site.hit_count = 4;
        return run("bare", "write-error=1").record;
    };
    const auto record =
        storm("[ 17.0] I/O error, dev nbd0, sector 8 op 0x1:(WRITE) flags 0x100000\n"
              "[ 17.1] Write-error on swap-device (43:0:8)\n");
    EXPECT_EQ(record.verdict, Verdict::pass) << record.message;
    EXPECT_THAT(record.io_error, HasSubstr("op 0x1:(WRITE)"));
    EXPECT_EQ(record.faults.front().hits, 4u);
}

TEST_F(SupervisorTest, AReadThatFailsSpoilsAStormInWhichWritesDo) {
    machine.line(hello).line(state("bare", 0)).wire_traffic(1 << 20);
    for (int i = 0; i < 200; i++)
        machine.line(swapping(i * 0.1, 2000 + i));
    machine
        .console("I/O error, dev nbd0, sector 8 op 0x1:(WRITE) flags 0x100000\n"
                 "Read-error on swap-device (43:0:8)\n")
        .line(pass);
    const auto record = run("bare", "write-error=1").record;
    EXPECT_EQ(record.verdict, Verdict::error);
    EXPECT_EQ(record.message, "the kernel log has: Read-error on swap-device (43:0:8)");
}

TEST_F(SupervisorTest, AWriteThatFailsByItselfIsAnError) {
    machine.line(hello)
        .line(state("bare", 0))
        .console("Write-error on swap-device (43:0:8)\n")
        .line(pass);
    const auto record = run().record;
    EXPECT_EQ(record.message, "the kernel log has: Write-error on swap-device (43:0:8)");
    EXPECT_EQ(record.io_error, "Write-error on swap-device (43:0:8)");
}

TEST_F(SupervisorTest, PagesThatCameBackWrongAreWorseThanAnIoError) {
    machine.line(hello)
        .line(state("bare", 0))
        .console("Read-error on swap-device (43:0:81912)\n")
        .line(R"({"type":"verdict","verdict":"corrupt","message":"page 77","elapsed_s":9})");
    EXPECT_EQ(run().record.verdict, Verdict::corrupt);
}

TEST_F(SupervisorTest, HeapCallsOfAKilledDaemonCount) {
    machine.line(hello)
        .line(state("bare", 0))
        .line(R"({"type":"daemon","event":"killed","pid":9,"heap_calls":3})")
        .line(R"({"type":"daemon_report","pid":70,"heap_calls":0})")
        .line(pass);
    EXPECT_EQ(run().record.daemon->heap_calls, 3u);
}

} // namespace
} // namespace netswap
