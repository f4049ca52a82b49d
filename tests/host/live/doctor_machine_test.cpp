// SPDX-License-Identifier: GPL-2.0
// Checks of the kernel, the cards, the reserve, the network and the boot order.
#include "doctor_fixture.h"

#include <nlohmann/json.hpp>

namespace netswap::live::doctor {

TEST_F(DoctorTest, FindsNothingOnASoundMachine) {
    const auto findings = diagnose();
    EXPECT_LE(worst(findings), Severity::note) << findings_text(findings);
    EXPECT_EQ(severity("swap.none"), Severity::ok);
}

TEST_F(DoctorTest, EveryFindingThatIsNotOkHasReasonAndRemedy) {
    swap_on_nbd();
    nic("eth0", "virtio_net", 9000);
    put("proc/sys/vm/min_free_kbytes", "64");
    put("proc/sys/vm/watermark_boost_factor", "0");
    put("etc/fstab", "/dev/nbd0 none swap defaults 0 0\n");
    const auto findings = diagnose("server");
    EXPECT_GE(findings.size(), 8U);
    for (const auto &finding : findings) {
        EXPECT_FALSE(finding.found.empty()) << finding.id;
        EXPECT_EQ(finding.why.empty(), finding.severity == Severity::ok) << finding.id;
        EXPECT_EQ(finding.remedy.empty(), finding.severity == Severity::ok) << finding.id;
    }
}

TEST_F(DoctorTest, TellsHookedFromStock) {
    EXPECT_EQ(severity("kernel.hooks"), Severity::note);
    hook("module:x");
    EXPECT_EQ(severity("kernel.hooks"), Severity::ok);
    hook("mainline");
    EXPECT_EQ(severity("kernel.hooks"), Severity::note);
    put("sys/kernel/memreserve/sock", "bare\n");
    EXPECT_EQ(severity("kernel.hooks"), Severity::fatal);
}

TEST_F(DoctorTest, WarnsWithoutWatermarkBoost) {
    EXPECT_EQ(severity("kernel.boost"), Severity::ok);
    put("proc/sys/vm/watermark_boost_factor", "0\n");
    EXPECT_EQ(severity("kernel.boost"), Severity::warning);
    put("sys/module/netswap_guard/refcnt", "0");
    EXPECT_EQ(severity("kernel.boost"), Severity::ok);
}

TEST_F(DoctorTest, JudgesTheRefillOfTheCardThatLeadsToTheServer) {
    nic("eth1", "e1000");
    nic("eth0", "virtio_net");
    EXPECT_EQ(severity("nic.refill", "server"), Severity::fatal);
    EXPECT_EQ(severity("nic.refill"), Severity::warning); // nothing swaps yet
    put("sys/module/netswap_guard/refcnt", "0");
    EXPECT_EQ(severity("nic.refill", "server"), Severity::ok);
    nic("eth0", "e1000");
    EXPECT_EQ(severity("nic.refill", "server"), Severity::warning);
    nic("eth0", "r8169");
    EXPECT_EQ(severity("nic.refill", "server"), Severity::ok);
    nic("eth0", "igb");
    EXPECT_EQ(severity("nic.refill", "server"), Severity::ok);
    nic("eth0", "somebodys_card");
    EXPECT_EQ(severity("nic.refill", "server"), Severity::note);
}

TEST_F(DoctorTest, HooksWithRxReserveCureEveryCard) {
    nic("eth0", "virtio_net");
    hook("mainline");
    EXPECT_EQ(severity("nic.refill", "server"), Severity::fatal);
    put("sys/kernel/memreserve/refill", "module:rx_reserve\n");
    EXPECT_EQ(severity("nic.refill", "server"), Severity::ok);
}

TEST_F(DoctorTest, DoesNotClaimTheHangForKernelsNobodyTried) {
    nic("eth0", "virtio_net");
    put("proc/sys/kernel/osrelease", "6.18.2\n");
    EXPECT_EQ(severity("nic.refill", "server"), Severity::warning);
    put("proc/sys/kernel/osrelease", "6.1.0-56-amd64\n");
    EXPECT_EQ(severity("nic.refill", "server"), Severity::fatal);
}

TEST_F(DoctorTest, LooksThroughBondsAtTheCards) {
    put("sys/class/net/bond0/mtu", "1500\n");
    link("sys/class/net/bond0/lower_eth0", "../eth0");
    nic("eth0", "virtio_net");
    outside_.routes["192.0.2.1"].interface = outside_.routes["server"].interface = "bond0";
    EXPECT_EQ(severity("nic.refill", "server"), Severity::fatal);
}

TEST_F(DoctorTest, RefusesAServerThatDoesNotResolve) {
    const auto machine = examine(paths(), outside_, "nowhere");
    ASSERT_FALSE(machine);
    EXPECT_EQ(machine.error().code, exit_bad_input);
    EXPECT_EQ(machine.error().message, "--server: nowhere: Name or service not known");
}

TEST_F(DoctorTest, ComparesTheReserveWithThePlan) {
    EXPECT_EQ(severity("reserve.min_free", "server"), Severity::ok);
    put("proc/sys/vm/min_free_kbytes", "64\n");
    EXPECT_EQ(severity("reserve.min_free"), Severity::note);
    EXPECT_EQ(severity("reserve.min_free", "server"), Severity::warning);
    EXPECT_EQ(found_text("reserve.min_free").find("vm.min_free_kbytes is 64, network swap wants "),
              0U);
    std::filesystem::remove(root() + "/proc/zoneinfo");
    EXPECT_EQ(severity("reserve.min_free", "server"), Severity::note);
}

TEST_F(DoctorTest, NotesTransparentHugePages) {
    EXPECT_EQ(severity("reserve.thp"), std::nullopt);
    put("sys/kernel/mm/transparent_hugepage/enabled", "always [madvise] never\n");
    EXPECT_EQ(severity("reserve.thp"), Severity::note);
}

TEST_F(DoctorTest, WarnsOfFramesLargerThanAPage) {
    EXPECT_EQ(severity("net.mtu", "server"), Severity::ok);
    nic("eth0", "igb", 4000);
    EXPECT_EQ(severity("net.mtu", "server"), Severity::warning);
}

TEST_F(DoctorTest, WarnsOfAPathNarrowerThanTheCard) {
    EXPECT_EQ(severity("net.path_mtu", "server"), std::nullopt);
    outside_.routes["192.0.2.1"].path_mtu = 1400;
    EXPECT_EQ(severity("net.path_mtu", "server"), Severity::warning);
}

TEST_F(DoctorTest, FindsNetworkSwapInFstabWithoutOrder) {
    put("etc/fstab", "# /dev/nbd0 none swap sw 0 0\n/dev/sda2 none swap sw 0 0\n"
                     "/dev/nbd0\tnone\tswap\tsw,_netdev\t0 0\n");
    EXPECT_EQ(severity("boot.fstab"), std::nullopt);
    put("etc/fstab", "/dev/nbd0 none swap sw,nofail 0 0 # remote\n");
    EXPECT_EQ(severity("boot.fstab"), Severity::warning);
}

TEST_F(DoctorTest, NotesAMissingUnit) {
    own_area();
    EXPECT_EQ(severity("boot.unit"), Severity::note);
    put("lib/systemd/system/netswap@.service", "");
    EXPECT_EQ(severity("boot.unit"), std::nullopt);
}

TEST(DoctorFindings, ArePrintedWorstFirstAndAsJson) {
    const Findings findings{{"a.b", Severity::ok, "fine", "", ""},
                            {"c.d", Severity::fatal, "bad \xff", "because", "do it"}};
    EXPECT_EQ(findings_text(findings).find("fatal    c.d"), 0U);
    const auto json = nlohmann::json::parse(findings_json(findings));
    EXPECT_EQ(json.at("version"), 1);
    EXPECT_EQ(json.at("worst"), "fatal");
    EXPECT_EQ(json.at("findings").at(1).at("remedy"), "do it");
    EXPECT_EQ(worst({}), Severity::ok);
}

} // namespace netswap::live::doctor
