// SPDX-License-Identifier: GPL-2.0
// Checks of swap areas, their servers and the processes in between.
#include "doctor_fixture.h"

namespace netswap::live::doctor {

namespace {

constexpr const char *tcp_title =
    "  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout "
    "inode\n";

/// 192.0.2.5:port -> 192.0.2.5:10809 and back; the client's end is inode 100, the server's 200.
std::string loopback_pair() {
    const std::string rest = " 01 00000000:00000000 00:00000000 00000000     0        0 ";
    return std::string(tcp_title) + "   0: 050200C0:D000 050200C0:2A39" + rest +
           "100 1 0000000000000000\n   1: 050200C0:2A39 050200C0:D000" + rest +
           "200 1 0000000000000000\n";
}

} // namespace

TEST_F(DoctorTest, WarnsOfAnAreaThatNobodyKeeps) {
    swap_on_nbd();
    EXPECT_EQ(severity("swap.keeper"), Severity::warning);
    EXPECT_EQ(found_text("swap.keeper"),
              "/dev/nbd0 on nbd0 was not brought up by netswap (no identifier)");
    own_area();
    EXPECT_EQ(severity("swap.keeper"), std::nullopt);
    EXPECT_EQ(severity("swap.nbd"), Severity::ok);
}

TEST_F(DoctorTest, WarnsOfAreasThatGiveUp) {
    auto state = own_area();
    EXPECT_EQ(severity("swap.dead_time"), std::nullopt);
    EXPECT_EQ(severity("swap.reconnect"), std::nullopt);
    EXPECT_EQ(severity("swap.timeout"), std::nullopt);
    state.dead_conn_timeout_s = 60;
    state.persist = false;
    state.timeout_s = 0;
    ASSERT_TRUE(write_area_state(paths(), state));
    EXPECT_EQ(severity("swap.dead_time"), Severity::warning);
    EXPECT_EQ(severity("swap.reconnect"), Severity::warning);
    EXPECT_EQ(severity("swap.timeout"), Severity::warning);
}

TEST_F(DoctorTest, ReportsADamagedState) {
    EXPECT_EQ(severity("swap.state"), std::nullopt);
    put("run/netswap/swap0.json", "{");
    EXPECT_EQ(severity("swap.state"), Severity::warning);
}

TEST_F(DoctorTest, SeesNbdThroughDeviceMapperAndPartitions) {
    link("dev/mapper/swap", "../dm-0");
    link("sys/class/block/dm-0", "../../devices/virtual/block/dm-0");
    link("sys/block/dm-0/slaves/nbd3p1", "x");
    std::filesystem::create_directories(root() + "/sys/devices/virtual/block/nbd3/nbd3p1");
    put("sys/devices/virtual/block/nbd3/nbd3p1/partition", "1");
    link("sys/class/block/nbd3p1", "../../devices/virtual/block/nbd3/nbd3p1");
    swaps("/dev/mapper/swap  partition 1024 0 -2\n");
    const auto survey = survey_swaps(paths());
    ASSERT_EQ(survey.network.size(), 1U);
    EXPECT_EQ(survey.network[0].device, "nbd3");
    EXPECT_EQ(survey.network[0].through, std::vector<std::string>{"dm-0"});
    EXPECT_EQ(severity("swap.layers"), Severity::note);
}

TEST_F(DoctorTest, LeavesLocalSwapAlone) {
    link("sys/class/block/sda2", "../../devices/pci0000:00/ata1/host0/block/sda/sda2");
    link("sys/class/block/zram0", "../../devices/virtual/block/zram0");
    swaps("/dev/sda2 partition 1024 0 -2\n/dev/zram0 partition 1024 0 100\n");
    const auto survey = survey_swaps(paths());
    EXPECT_EQ(survey.active, 2);
    EXPECT_TRUE(survey.network.empty());
}

TEST_F(DoctorTest, WarnsOfIscsiThatGivesUp) {
    link("sys/class/block/sdb",
         "../../devices/platform/host3/session1/target3:0:0/3:0:0:1/block/sdb");
    swaps("/dev/sdb partition 1024 0 -2\n");
    put("sys/class/iscsi_session/session1/recovery_tmo", "120\n");
    EXPECT_EQ(severity("swap.iscsi"), Severity::warning);
    put("sys/class/iscsi_session/session1/recovery_tmo", "-1\n");
    EXPECT_EQ(severity("swap.iscsi"), Severity::ok);
}

TEST_F(DoctorTest, WarnsOfNvmeThatGivesUpButNotOnPcie) {
    link("sys/class/block/nvme1n1", "../../devices/virtual/nvme-fabrics/ctl/nvme1/nvme1n1");
    link("sys/class/block/nvme0n1", "../../devices/virtual/nvme-subsystem/nvme-subsys0/nvme0n1");
    link("sys/class/nvme-subsystem/nvme-subsys0/nvme0", "x");
    put("sys/class/nvme/nvme0/transport", "pcie\n");
    put("sys/class/nvme/nvme1/transport", "tcp\n");
    put("sys/class/nvme/nvme1/ctrl_loss_tmo", "600\n");
    swaps("/dev/nvme0n1 partition 1024 0 -2\n");
    EXPECT_EQ(severity("swap.nvme"), std::nullopt);
    swaps("/dev/nvme1n1 partition 1024 0 -2\n");
    EXPECT_EQ(severity("swap.nvme"), Severity::warning);
    put("sys/class/nvme/nvme1/ctrl_loss_tmo", "off\n");
    EXPECT_EQ(severity("swap.nvme"), Severity::ok);
}

TEST_F(DoctorTest, FindsSoftNfsAlsoBelowALoopDevice) {
    link("sys/class/block/loop0", "../../devices/virtual/block/loop0");
    put("sys/block/loop0/loop/backing_file", "/srv/a b/swapfile\n");
    swaps("/dev/loop0 partition 1024 0 -2\n");
    put("proc/self/mounts",
        "/dev/vda1 / ext4 rw 0 0\nserver:/x /srv/a\\040b nfs4 rw,soft,proto=tcp 0 0\n");
    EXPECT_EQ(severity("swap.nfs"), Severity::fatal);
    put("proc/self/mounts",
        "/dev/vda1 / ext4 rw 0 0\nserver:/x /srv/a\\040b nfs4 rw,hard,proto=tcp 0 0\n");
    EXPECT_EQ(severity("swap.nfs"), Severity::ok);
}

TEST_F(DoctorTest, WarnsOfTransportsThatNobodyMarks) {
    link("sys/class/block/drbd0", "../../devices/virtual/block/drbd0");
    swaps("/dev/drbd0 partition 1024 0 -2\n");
    EXPECT_EQ(severity("mark.transport"), Severity::warning);
    put("sys/module/netswap_mark/refcnt", "0");
    EXPECT_EQ(severity("mark.transport"), Severity::note);
    swap_on_nbd();
    EXPECT_EQ(severity("mark.transport"), std::nullopt);
}

TEST_F(DoctorTest, MissesTheMarkOfAHookedKernel) {
    hook("mainline");
    put("sys/kernel/memreserve/marked_sockets", "0\n");
    EXPECT_EQ(severity("mark.count"), std::nullopt); // no swap, no mark
    swap_on_nbd();
    EXPECT_EQ(severity("mark.count"), Severity::fatal);
    put("sys/kernel/memreserve/marked_sockets", "2\n");
    EXPECT_EQ(severity("mark.count"), Severity::ok);
}

TEST_F(DoctorTest, AuditsAServerOnThisHostReachedByTcp) {
    swap_on_nbd();
    EXPECT_EQ(severity("server.remote"), Severity::ok);
    put("proc/net/tcp", loopback_pair());
    process(77, "nbdkit", other_flag, 0, 0);
    holds_socket(77, 5, 200);
    EXPECT_EQ(severity("server.io_flusher"), Severity::fatal);
    EXPECT_EQ(severity("server.memory"), Severity::fatal);
    EXPECT_EQ(severity("server.oom"), Severity::warning);
    process(77, "nbdkit", other_flag | known_flusher_flags, 1000, -1000);
    EXPECT_EQ(severity("server"), Severity::ok);
    thread(77, 78, "late", other_flag);
    EXPECT_EQ(severity("server.io_flusher"), Severity::fatal);
    EXPECT_EQ(found_text("server.io_flusher"),
              "server on this host, nbdkit (77): threads without IO_FLUSHER: late (78)");
}

TEST_F(DoctorTest, DoesNotTakeAnyLocalConnectionForSwap) {
    swap_on_nbd();
    put("proc/net/tcp", loopback_pair());
    process(77, "sshd", 0, 0, 0);
    process(78, "ssh", 0, 0, 0);
    holds_socket(77, 5, 200);
    holds_socket(78, 5, 100); // a process has the other end: not the kernel's
    EXPECT_EQ(severity("server.io_flusher"), std::nullopt);
}

TEST_F(DoctorTest, AuditsAServerBehindAUnixSocket) {
    auto state = own_area();
    state.addresses = {{AF_UNIX, "/run/vram.sock", 0}};
    ASSERT_TRUE(write_area_state(paths(), state));
    put("proc/net/unix", "Num RefCount Protocol Flags Type St Inode Path\n"
                         "0: 00000003 00000000 00000000 0001 03 300 /run/vram.sock\n");
    process(80, "nbd-vram", 0, 0, -1000);
    holds_socket(80, 4, 300);
    EXPECT_EQ(severity("server.io_flusher"), Severity::fatal);
    EXPECT_EQ(severity("server.tls_proxy"), std::nullopt);
}

TEST_F(DoctorTest, FindsTheTlsProxyOfNbdClient) {
    swap_on_nbd();
    put("proc/net/unix", "Num RefCount Protocol Flags Type St Inode Path\n"
                         "0: 00000003 00000000 00000000 0001 03 300\n"
                         "0: 00000003 00000000 00000000 0001 03 301\n");
    process(90, "nbd-client", 0, 0, 0);
    holds_socket(90, 4, 301);
    EXPECT_EQ(severity("server.remote"), Severity::note); // the kernel does not tell the pair
    outside_.peers = {{300, 301}, {301, 300}};
    EXPECT_EQ(severity("server.tls_proxy"), Severity::fatal);
}

TEST_F(DoctorTest, ACgroupWithoutSwapStandsForALock) {
    process(77, "qemu-nbd", known_flusher_flags, 0, -1000);
    put("proc/self/mounts", "cgroup2 /sys/fs/cgroup cgroup2 rw 0 0\n");
    put("proc/77/cgroup", "0::/system.slice/vram.service\n");
    put("sys/fs/cgroup/system.slice/vram.service/memory.swap.max", "max\n");
    auto audit = audit_process(paths(), 77);
    ASSERT_TRUE(audit);
    EXPECT_FALSE(audit->memory_stays());
    put("sys/fs/cgroup/system.slice/memory.swap.max", "0\n");
    audit = audit_process(paths(), 77);
    EXPECT_TRUE(audit->memory_stays());
    EXPECT_EQ(audit->unswappable_cgroup, "/system.slice");
    EXPECT_EQ(worst(audit_findings(*audit, known_flusher_flags, "process", "process")),
              Severity::ok);
}

TEST_F(DoctorTest, LooksAfterTheKeeperOfAnArea) {
    own_area();
    EXPECT_EQ(severity("daemon.running"), Severity::warning);
    for (const auto &finding : diagnose())
        if (finding.id == "daemon.running")
            EXPECT_EQ(finding.remedy, "systemctl start netswapd@swap0, or netswapd swap0 --detach");
    LivePage page{};
    page.magic = live_magic;
    page.version = live_version;
    put("run/netswap/swap0.live", std::string(reinterpret_cast<const char *>(&page), sizeof page));
    EXPECT_EQ(found_text("daemon.running"), "swap0: no netswapd has run for it");
    page.pid = 60;
    page.grant = KeeperGrant::io_flusher;
    put("run/netswap/swap0.live", std::string(reinterpret_cast<const char *>(&page), sizeof page));
    EXPECT_EQ(severity("daemon.running"), Severity::warning); // it has ended
    process(60, "netswapd", known_flusher_flags, 1000, -1000);
    EXPECT_EQ(severity("daemon.running"), Severity::ok);
    process(60, "netswapd", 0, 10, 0);
    EXPECT_EQ(severity("daemon.locked"), Severity::fatal);
    EXPECT_EQ(severity("daemon.oom"), Severity::warning);
    EXPECT_EQ(severity("daemon.grant"), Severity::fatal);
    process(60, "bash", 0, 0, 0); // the number was used again
    EXPECT_EQ(severity("daemon.running"), Severity::warning);
    auto state = own_area();
    state.via = "nbd-client";
    ASSERT_TRUE(write_area_state(paths(), state));
    EXPECT_EQ(found_text("daemon.running"),
              "swap0: nbd-client connected it, so no netswapd can keep it");
}

TEST_F(DoctorTest, ChecksWhatNbdClientPromises) {
    const std::string arguments("nbd-client\0server\0/dev/nbd0\0-swap", 33);
    process(50, "nbd-client", 0, 0, -1000, arguments);
    EXPECT_EQ(severity("nbd-client.locked"), Severity::warning);
    EXPECT_EQ(severity("nbd-client.oom"), std::nullopt);
    process(50, "nbd-client", 0, 1000, 0, arguments);
    EXPECT_EQ(severity("nbd-client.locked"), std::nullopt);
    EXPECT_EQ(severity("nbd-client.oom"), Severity::warning);
    process(50, "nbd-client", 0, 0, 0, "nbd-client");
    EXPECT_EQ(severity("nbd-client.locked"), std::nullopt);
}

TEST(DoctorText, ParsesWhatProcPrints) {
    EXPECT_EQ(task_flags("12 (a) b) S 1 1 1 0 -1 1572864 0 0"), 0x180000U);
    EXPECT_EQ(task_flags("nonsense"), 0U);
    EXPECT_EQ(task_flags("12 (a) S 1"), 0U);
    EXPECT_EQ(address_of_hex("0100007F"), "127.0.0.1");
    EXPECT_EQ(address_of_hex("0000000000000000FFFF00000100007F"), "127.0.0.1");
    EXPECT_EQ(address_of_hex("00000000000000000000000001000000"), "::1");
    EXPECT_EQ(address_of_hex("xyz"), "");
}

} // namespace netswap::live::doctor
