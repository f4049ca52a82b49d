// SPDX-License-Identifier: GPL-2.0
#include "lib/hang_analysis.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "hang_fixtures.h"
#include "lib/task_dump.h"
#include "lib/task_role.h"

namespace netswap {
namespace {

using ::testing::Contains;
using ::testing::Each;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;

TEST(TaskDump, ReadsTasksOfNewAndOldKernels) {
    const auto dump = parse_console_dump(fixture::send_hang);
    ASSERT_EQ(dump.tasks.size(), 4u);
    EXPECT_EQ(dump.tasks[0].name, "kworker/u12:0");
    EXPECT_EQ(dump.tasks[0].pid, 40);
    EXPECT_EQ(dump.tasks[0].work, "recv_work");
    EXPECT_EQ(dump.tasks[2].frames[2], "mempool_alloc");
    EXPECT_TRUE(dump.answered);
}

TEST(TaskDump, LeavesOutGuessesAndTheInterruptOfTheDumpItself) {
    const auto dump = parse_console_dump(fixture::send_hang);
    const auto &running = dump.tasks[3];
    EXPECT_EQ(running.state, 'R');
    EXPECT_FALSE(running.has("serial8250_interrupt"));
    EXPECT_TRUE(running.has("tcp_sendmsg_locked"));
    const auto refill = parse_console_dump(fixture::refill_hang).tasks[0];
    EXPECT_FALSE(refill.has("move_folios_to_lru"));
}

TEST(TaskDump, ATaskPrintedTwiceCountsOnce) {
    const auto dump = parse_console_dump(fixture::refill_hang + fixture::refill_hang);
    EXPECT_EQ(dump.tasks.size(), 4u);
    ASSERT_TRUE(dump.memory);
    EXPECT_EQ(dump.memory->free, 12);
    EXPECT_EQ(dump.memory->min, 324);
}

TEST(TaskDump, MemoryInKilobytesBecomesPages) {
    const auto dump = parse_console_dump(fixture::send_hang);
    ASSERT_TRUE(dump.memory);
    EXPECT_EQ(dump.memory->free, 249 + 613);
    EXPECT_EQ(dump.memory->min, 559 + 891);
}

TEST(TaskDump, ReadsHeldLocks) {
    const auto dump = parse_console_dump(fixture::lockdep_hang);
    ASSERT_EQ(dump.locks.size(), 3u);
    EXPECT_EQ(dump.locks[1].lock, "&nsock->tx_lock");
    EXPECT_EQ(dump.locks[1].at, "nbd_handle_cmd");
    EXPECT_EQ(dump.locks[2].pid, 91);
}

TEST(HangAnalysis, NamesTheCycleThroughRefillWork) {
    const auto report = analyse_hang(fixture::refill_hang, {});
    EXPECT_THAT(report.cycle,
                ElementsAre("refill_work (kworker/1:2, pid 34) has NAPI disabled: in direct "
                            "reclaim, waits for nbd tx_lock",
                            "nbd tx_lock is held by storm:83, which waits for socket buffer space, "
                            "that is for an ACK",
                            "the ACK cannot be received: NAPI is disabled until refill_work is "
                            "done",
                            "1 task waits (storm:85) to be let into direct reclaim (throttled)"));
    ASSERT_EQ(report.blocked.size(), 3u);
    EXPECT_EQ(report.blocked[0].task, "kworker/1:2 refill_work");
    EXPECT_EQ(report.blocked[2].state, "S");
}

TEST(HangAnalysis, NamesASenderWithoutMemory) {
    const auto report = analyse_hang(fixture::send_hang, {});
    EXPECT_THAT(report.cycle,
                Contains("nbd tx_lock is held by blk_mq_run_work_fn (kworker/1:1H, pid 58), which "
                         "needs memory to send a page, and finds none in direct reclaim"));
    EXPECT_THAT(report.cycle, Contains("recv_work (kworker/u12:0, pid 40) cannot read the server's "
                                       "replies: the sender has the socket's lock"));
    EXPECT_THAT(report.cycle, Contains("1 task waits (storm:63) for nbd tx_lock"));
    EXPECT_THAT(report.cycle, Contains("1 task waits (storm:64) for a bio from the memory pool"));
}

TEST(HangAnalysis, TakesGuessesForATaskThatRunsElsewhere) {
    const auto report = analyse_hang("sysrq: Show State\n"
                                     "task:kworker/0:1H    state:R  running task     stack:0     "
                                     "pid:36    tgid:36    ppid:2      flags:0x00004000\n"
                                     "Workqueue: kblockd blk_mq_run_work_fn\n"
                                     " ? try_to_free_pages+0x14b/0x530\n"
                                     " ? __alloc_pages_slowpath.constprop.0+0x2d0/0xbc0\n"
                                     " ? tcp_sendmsg_locked+0x21a/0xd30\n"
                                     " ? __sock_xmit+0x92/0x180\n"
                                     " ? nbd_send_cmd+0x3c1/0x710\n"
                                     " ? nbd_queue_rq+0x1e2/0x3b0\n",
                                     {});
    EXPECT_THAT(report.cycle, Contains(HasSubstr("held by blk_mq_run_work_fn (kworker/0:1H, pid "
                                                 "36), which needs memory to send")));
}

TEST(HangAnalysis, UsesLockdepWhereStacksDoNotTell) {
    const auto report = analyse_hang(fixture::lockdep_hang, {});
    EXPECT_THAT(report.cycle, Contains(HasSubstr("nbd tx_lock is held by storm:91")));
}

TEST(HangAnalysis, SaysWhenReceivingFindsNoMemory) {
    // Without the refill work in the way, memory below 3/8 of min is what stops receiving.
    auto text = fixture::refill_hang;
    text.erase(text.find("task:kworker/1:2"),
               text.find("task:storm") - text.find("task:kworker/1:2"));
    const auto report = analyse_hang(text, {});
    EXPECT_THAT(report.cycle, Contains(HasSubstr("(free 12 pages, min 324)")));
}

TEST(HangAnalysis, TakesTheLastSampleWhereTheConsoleDoesNotTell) {
    auto text = fixture::refill_hang;
    text.erase(text.find("task:kworker/1:2"),
               text.find("task:storm") - text.find("task:kworker/1:2"));
    text.erase(text.find("sysrq: Show memory reserve"));
    std::vector<Sample> samples(2);
    samples[0].free = 900;
    samples[1].free = 11;
    samples[0].min = samples[1].min = 330;
    EXPECT_THAT(analyse_hang(text, samples).cycle, Contains(HasSubstr("(free 11 pages, min 330)")));
    EXPECT_THAT(analyse_hang(text, {}).cycle, Each(Not(HasSubstr("pages, min"))));
}

TEST(HangAnalysis, AsksForAllTasksUntilTheHolderIsKnown) {
    EXPECT_TRUE(wants_all_tasks(""));
    const auto blocked =
        fixture::refill_hang.substr(0, fixture::refill_hang.find("sysrq: Show State"));
    EXPECT_TRUE(wants_all_tasks(blocked));
    EXPECT_FALSE(wants_all_tasks(fixture::refill_hang));
}

TEST(HangAnalysis, SilentGuest) {
    EXPECT_THAT(analyse_hang("", {}).cycle,
                ElementsAre("the guest did not answer sysrq; see console.log"));
}

} // namespace
} // namespace netswap
