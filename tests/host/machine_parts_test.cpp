// SPDX-License-Identifier: GPL-2.0
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "lib/console_scan.h"
#include "lib/guest_message.h"
#include "lib/progress_watch.h"
#include "lib/qemu_command.h"
#include "lib/state_check.h"

namespace netswap {
namespace {

using ::testing::Contains;
using ::testing::HasSubstr;
using ::testing::Not;

QemuConfig config() {
    QemuConfig c;
    c.kernel = "/k/bzImage";
    c.initramfs = "/k/i.gz";
    c.append = kernel_command_line(true);
    c.tap_fd = 7;
    c.console_fd = 8;
    c.verdict_fd = 9;
    return c;
}

std::string line(const QemuConfig &c) {
    return shell_line(qemu_command(c));
}

TEST(QemuCommand, NodesShareMemoryAndCpus) {
    auto c = config();
    EXPECT_THAT(line(c), Not(HasSubstr("-numa")));
    c.nodes = 2;
    c.cpus = 3;
    c.mem_mib = 129;
    const auto text = line(c);
    EXPECT_THAT(text, HasSubstr("id=node0,size=65M"));
    EXPECT_THAT(text, HasSubstr("id=node1,size=64M"));
    EXPECT_THAT(text, HasSubstr("cpu,node-id=0,socket-id=1,"));
    EXPECT_THAT(text, HasSubstr("cpu,node-id=1,socket-id=2,"));
}

TEST(QemuCommand, NetworkGuest) {
    const auto text = line(config());
    EXPECT_THAT(text, HasSubstr("-accel tcg,thread=multi"));
    EXPECT_THAT(text, HasSubstr("tap,id=net,fd=7,vhost=off"));
    EXPECT_THAT(text, HasSubstr("virtio-net-pci,netdev=net,mac=52:54:00:4e:53:01"));
    EXPECT_THAT(text, HasSubstr("socket,id=console,fd=8,mux=on"));
    EXPECT_THAT(text, HasSubstr("virtserialport,chardev=verdict,name=netswap.0"));
    EXPECT_THAT(text, HasSubstr("-no-reboot"));
    EXPECT_THAT(text, Not(HasSubstr("virtio-blk")));
    EXPECT_THAT(text, Not(HasSubstr("-cpu")));
}

TEST(QemuCommand, GuestThatPatchesItsTextHasOneThread) {
    auto c = config();
    c.patches_text = true;
    EXPECT_THAT(line(c), HasSubstr("-accel tcg,thread=single"));
}

TEST(QemuCommand, InstructionsAreCountedOnOneThread) {
    auto c = config();
    EXPECT_THAT(line(c), Not(HasSubstr("icount")));
    c.count_instructions = true;
    EXPECT_THAT(line(c), HasSubstr("-accel tcg,thread=single"));
    EXPECT_THAT(line(c), HasSubstr("-icount shift=0,sleep=off -seed 1 -rtc base="));
}

TEST(QemuCommand, RecordsAndReplaysTheSameMachine) {
    auto c = config();
    c.cpus = 1;
    c.replay = {ReplayConfig::Mode::record, "/l/a,b.bin", ""};
    EXPECT_EQ(channel_device(c), "ttyS1");
    const auto record = line(c);
    EXPECT_THAT(record, HasSubstr("-accel tcg,thread=single"));
    EXPECT_THAT(record, HasSubstr("-icount shift=3,rr=record,rrfile=/l/a,,b.bin"));
    EXPECT_THAT(record, HasSubstr("-object filter-replay,id=recorded,netdev=net"));
    EXPECT_THAT(record, HasSubstr("-serial chardev:verdict"));
    EXPECT_THAT(record, HasSubstr("ioeventfd=off"));
    EXPECT_THAT(record, Not(HasSubstr("virtserialport")));
    EXPECT_THAT(record, Not(HasSubstr("mux=on")));
    EXPECT_THAT(record, HasSubstr("file,id=console,path=/proc/self/fd/8"));
    EXPECT_THAT(record, HasSubstr("file,id=verdict,path=/proc/self/fd/9"));
    EXPECT_THAT(record, Not(HasSubstr("-no-shutdown")));
    c.replay.mode = ReplayConfig::Mode::replay;
    c.replay.gdb_socket = "/l/gdb.sock";
    auto replay = line(c);
    for (const std::string added :
         {" -no-shutdown", " -gdb unix:/l/gdb.sock,server=on,wait=off", " -S"}) {
        ASSERT_THAT(replay, HasSubstr(added));
        replay.erase(replay.find(added), added.size());
    }
    replay.replace(replay.find("rr=replay"), 9, "rr=record");
    EXPECT_EQ(replay, record);
    EXPECT_EQ(channel_device(config()), "");
    EXPECT_THAT(kernel_command_line(false, "ttyS1"), HasSubstr(" netswap.channel=ttyS1"));
}

TEST(QemuCommand, MonitorOnlyWhenAsked) {
    EXPECT_THAT(line(config()), Not(HasSubstr("-mon ")));
    auto c = config();
    c.monitor_fd = 11;
    EXPECT_THAT(line(c), HasSubstr("-chardev socket,id=monitor,fd=11"));
    EXPECT_THAT(line(c), HasSubstr("-mon chardev=monitor,mode=readline"));
}

TEST(QemuCommand, OtherNicsKvmAndDisk) {
    auto c = config();
    c.nic = "rtl8139";
    c.accel = "kvm";
    EXPECT_THAT(line(c), HasSubstr("rtl8139,netdev=net"));
    EXPECT_THAT(line(c), HasSubstr("-cpu host"));
    c.nic.clear();
    c.disk = "/scratch/a,b";
    EXPECT_THAT(line(c), HasSubstr("file=/scratch/a,,b,if=none"));
    EXPECT_THAT(line(c), Not(HasSubstr("netdev")));
}

TEST(QemuCommand, KernelLineAndQuoting) {
    EXPECT_THAT(kernel_command_line(true), HasSubstr(" memreserve=bare"));
    EXPECT_THAT(kernel_command_line(false), Not(HasSubstr("memreserve")));
    EXPECT_THAT(kernel_command_line(false), HasSubstr("transparent_hugepage=never"));
    EXPECT_THAT(kernel_command_line(false), HasSubstr("maxcpus=1"));
    EXPECT_EQ(shell_line({"a", "b c", "it's", ""}), "a 'b c' 'it'\\''s' ''");
}

TEST(ConsoleScan, FindsTheFirstOfEachKind) {
    const auto found = scan_console("[    1.0] fine\r\n"
                                    "[    2.0] WARNING: CPU: 0 PID: 1 at a.c:1\n"
                                    "BUG: unable to handle page fault for address: 0\n"
                                    "Oops: 0000 [#1]\n"
                                    "Out of memory: Killed process 5 (x)\n");
    EXPECT_EQ(found.warning, "WARNING: CPU: 0 PID: 1 at a.c:1");
    EXPECT_THAT(found.fatal, HasSubstr("unable to handle"));
    EXPECT_THAT(found.oom_kill, HasSubstr("Killed process 5"));
}

TEST(ConsoleScan, AWillingVictimIsNoOom) {
    const auto found =
        scan_console("Out of memory: Killed process 7 (x) total-vm:9kB oom_score_adj:1000\n");
    EXPECT_EQ(found.oom_kill, "");
    EXPECT_EQ(found.fatal, "");
}

TEST(ConsoleScan, IoErrorsOfTheSwapArea) {
    for (const auto *text :
         {"[  12.5] I/O error, dev nbd0, sector 1048768 op 0x1:(WRITE) flags 0x1000000\n",
          "blk_update_request: I/O error, dev nbd0, sector 8 op 0x0:(READ)\n",
          "Buffer I/O error on dev nbd0, logical block 1, async page read\n",
          "Write-error on swap-device (43:0:1048768)\n", "Read-error on swap-device (43:0:8)\n"})
        EXPECT_NE(scan_console(text).first_io_error(), "") << text;
    EXPECT_EQ(scan_console("Write-error on swap-device (43:0:8)\n").io_error, "");
    EXPECT_EQ(scan_console("Read-error on swap-device (43:0:8)\n").write_error, "");
    EXPECT_EQ(scan_console("block nbd0: Receive control failed (result -104)\n"
                           "I/O error, dev vda, sector 0\n"
                           "I/O error, dev nbd0, sector 0 op 0x0:(READ) flags 0x0\n"
                           "Buffer I/O error on dev nbd0, logical block 0, async page read\n")
                  .first_io_error(),
              "");
}

TEST(ConsoleScan, LockupsAndFailedAllocationsAreNoFault) {
    const auto found = scan_console("watchdog: BUG: soft lockup - CPU#0 stuck for 22s!\n"
                                    "rcu: INFO: rcu_preempt detected stalls on CPUs/tasks:\n"
                                    "kworker/0:1: page allocation failure: order:0\n");
    EXPECT_TRUE(found.fatal.empty());
    EXPECT_TRUE(found.warning.empty());
    EXPECT_THAT(found.lockup, HasSubstr("soft lockup"));
    EXPECT_EQ(last_lines("a\n\nb\nc\n", 2), "b | c");
}

TEST(ProgressWatch, OnlyChangesCount) {
    ProgressWatch watch(0);
    watch.pages(5, 1, 0, 0);
    watch.pages(10, 1, 0, 0);
    EXPECT_DOUBLE_EQ(watch.last(), 5);
    watch.pages(11, 1, 0, 1);
    EXPECT_DOUBLE_EQ(watch.last(), 11);
    watch.wire(32, 1000);
    EXPECT_DOUBLE_EQ(watch.last(), 11);
    watch.wire(33, ProgressWatch::wire_step);
    EXPECT_DOUBLE_EQ(watch.last(), 33);
    watch.skip(3);
    EXPECT_DOUBLE_EQ(watch.last(), 36);
    watch.phase(40);
    EXPECT_DOUBLE_EQ(watch.quiet_for(41), 1);
}

RunPlan plan_of(const std::string &arm, const std::function<void(StormArguments &)> &change = {}) {
    StormArguments arguments;
    arguments.arms = arm;
    if (change)
        change(arguments);
    return plan_storm(arguments)->schedule().front();
}

StateReadback good_state(const std::string &policy) {
    StateReadback state;
    state.policy = policy;
    for (const auto *group : {"gfp", "slab", "sock", "throttle", "refill"})
        state.groups[group] = policy;
    state.min_free_kbytes = 1303;
    state.thp = "never";
    state.nic_driver = "virtio_net";
    state.marked_sockets = policy == "mainline" ? 1 : 0;
    state.cpus = 2;
    return state;
}

TEST(StateCheck, AcceptsWhatWasAsked) {
    EXPECT_EQ(state_mismatch(plan_of("bare"), good_state("bare")), "");
    EXPECT_EQ(state_mismatch(plan_of("mainline"), good_state("mainline")), "");
    auto state = good_state("bare");
    state.modules = {"netswap", "rx_reserve"};
    state.groups["refill"] = "module:rx_reserve";
    EXPECT_EQ(state_mismatch(plan_of("bare+rx"), state), "");
    StateReadback stock = good_state("stock");
    stock.groups.clear();
    stock.marked_sockets = -1;
    EXPECT_EQ(state_mismatch(plan_of("stock"), stock), "");
}

TEST(StateCheck, NamesEveryDifference) {
    auto state = good_state("mainline");
    state.thp = "always";
    state.nic_driver = "e1000";
    state.modules = {"rx_reserve"};
    state.cpus = 1;
    const auto text =
        state_mismatch(plan_of("bare+sock", [](auto &a) { a.min_free = "300K"; }), state);
    for (const auto *part :
         {"policy is mainline, not bare", "module sock_memalloc is not loaded",
          "module rx_reserve is loaded", "sock is answered by mainline, not module:sock_memalloc",
          "min_free_kbytes is 1303, not 300", "huge pages are always", "driver is e1000",
          "has 1 CPUs"})
        EXPECT_THAT(text, HasSubstr(part));
}

TEST(StateCheck, MarksAndHooks) {
    auto state = good_state("mainline");
    state.marked_sockets = 0;
    EXPECT_EQ(state_mismatch(plan_of("mainline"), state), "no socket is marked");
    EXPECT_EQ(state_mismatch(plan_of("mainline", [](auto &a) { a.transport = "disk"; }), state),
              "");
    state.policy = "stock";
    EXPECT_THAT(state_mismatch(plan_of("mainline"), state), HasSubstr("no hooks"));
    EXPECT_THAT(state_mismatch(plan_of("stock"), good_state("bare")), HasSubstr("has hooks"));
}

TEST(GuestMessage, UnknownKindsAreKeptApartFromGarbage) {
    EXPECT_TRUE(parse_guest_message(R"({"type":"hello"})"));
    const auto unknown = parse_guest_message(R"({"type":"weather"})");
    ASSERT_TRUE(unknown);
    EXPECT_TRUE(std::holds_alternative<UnknownMessage>(*unknown));
    for (const auto *text : {"", "[]", "{}", R"({"type":1})", R"({"type":"sample"})"})
        EXPECT_FALSE(parse_guest_message(text)) << text;
}

TEST(GuestMessage, TheGuestMayNotCallItselfHung) {
    const auto message = parse_guest_message(R"({"type":"verdict","verdict":"hang"})");
    ASSERT_TRUE(message);
    EXPECT_EQ(std::get<VerdictMessage>(*message).verdict, Verdict::error);
}

TEST(GuestMessage, OrdersHoldEverythingTheGuestNeeds) {
    GuestOrders orders;
    orders.server = "10.77.0.1";
    orders.port = 10809;
    const auto text = guest_config_line(plan_of("bare+gfp"), orders);
    EXPECT_EQ(text.back(), '\n');
    const auto json = nlohmann::json::parse(text);
    EXPECT_EQ(json["mode"], "storm");
    EXPECT_EQ(json["policy"], "bare");
    EXPECT_EQ(json["modules"], (std::vector<std::string>{"netswap", "gfp_memalloc"}));
    EXPECT_EQ(json["swap_mib"], 608);
    EXPECT_EQ(json["min_free_kb"], -1);
    EXPECT_EQ(json["port"], 10809);
}

} // namespace
} // namespace netswap
