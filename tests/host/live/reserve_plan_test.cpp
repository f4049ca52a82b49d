// SPDX-License-Identifier: GPL-2.0
#include "live/reserve_plan.h"

#include <random>

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "live/fake_machine_tree.h"
#include "live/plan_report.h"

using namespace netswap::live;

namespace {

NicFacts virtio(int mtu = 1500) {
    NicFacts nic;
    nic.name = "eth0";
    nic.driver = "virtio_net";
    nic.mtu = mtu;
    nic.ring = 256;
    nic.ring_from = nic.queues_from = "ethtool";
    nic.buffer = 4096;
    nic.buffer_why = "a page";
    nic.grant = RefillGrant::no;
    return nic;
}

/// 1 GiB, two CPUs, one virtio card; numbers as Debian's kernel sets them.
MachineFacts known_machine() {
    MachineFacts facts;
    facts.cpus = 2;
    facts.zones = *parse_zones(small_zoneinfo);
    facts.nics = {virtio()};
    facts.slabs = {{"skbuff_head_cache", 1, true}, {"kmalloc-1k", 4, true}};
    facts.min_free_kb = 4006;
    facts.boost_factor = 15000;
    facts.ipfrag_high = 4 << 20;
    facts.ip6frag_high = 4 << 20;
    facts.tcp_wmem_max = 4 << 20;
    facts.tcp_rmem_default = 131072;
    facts.tcp_mem_max = 24000;
    facts.backlog = 1000;
    facts.dev_weight = 64;
    return facts;
}

std::int64_t pages(const ReservePlan &plan, const std::string &name) {
    for (const auto &term : plan.terms)
        if (term.name == name)
            return term.pages;
    return -1;
}

bool has(const std::vector<std::string> &lines, const std::string &part) {
    for (const auto &line : lines)
        if (line.find(part) != std::string::npos)
            return true;
    return false;
}

} // namespace

TEST(ReservePlan, OfAKnownMachineIsKnownToThePage) {
    const auto plan = make_reserve_plan(known_machine(), 1);
    EXPECT_EQ(pages(plan, "rx-ring eth0"), 256);
    EXPECT_EQ(pages(plan, "per-cpu receive"), 2 * 36); // 65536 + 64 x 1280 bytes
    EXPECT_EQ(pages(plan, "acks and replies"), 80);    // 256 x 1280 bytes
    EXPECT_EQ(pages(plan, "receive queue"), 32);
    EXPECT_EQ(pages(plan, "neighbours, routes"), 4);
    EXPECT_EQ(pages(plan, "reassembly"), 2048);
    EXPECT_EQ(pages(plan, "transmit"), 1024 + 8);
    EXPECT_EQ(pages(plan, "nbd requests"), 0);
    EXPECT_EQ(pages(plan, "slab remainders"), 2 * 5);
    EXPECT_EQ(pages(plan, "keeper"), 20);
    EXPECT_EQ(pages(plan, "segments"), -1);
    EXPECT_EQ(pages(plan, "rps backlog"), -1);
    EXPECT_EQ(plan.total_pages, 3554);
    EXPECT_EQ(plan.least_pages, 256 + 72 + 1 + 4 + 32 + 4 + 20);
    // 3554 / 0.375 = 9477.3 pages = 37910 KiB, up to a multiple of 64.
    EXPECT_EQ(plan.min_free_needed_kb, 37952);
    EXPECT_EQ(plan.min_free_target_kb, 37952);
    EXPECT_EQ(plan.min_free_limit_kb, 128000);
    EXPECT_EQ(plan.min_needed, 9488 - 1);
    EXPECT_FALSE(plan.enough);
    EXPECT_FALSE(plan.refusal);
    ASSERT_EQ(plan.zones.size(), 2U);
    EXPECT_EQ(plan.zones[1].min_then, 9345);
    EXPECT_GE(plan.zones[0].exclusive_then + plan.zones[1].exclusive_then, plan.total_pages);
    EXPECT_TRUE(has(plan.warnings, "load netswap_guard"));
}

TEST(ReservePlan, AHookedKernelSizesItselfAndThePlanSaysSo) {
    auto facts = known_machine();
    EXPECT_FALSE(has(make_reserve_plan(facts, 1).notes, "netswap reserve"));
    facts.hook.emplace();
    EXPECT_TRUE(has(make_reserve_plan(facts, 1).notes, "netswap reserve"));
}

TEST(ReservePlan, LeavesAMachineAloneThatHasEnough) {
    auto facts = known_machine();
    facts.min_free_kb = 67584;
    const auto plan = make_reserve_plan(facts, 1);
    EXPECT_TRUE(plan.enough);
    EXPECT_NE(plan_text(facts, plan).find("would be left alone"), std::string::npos);
    EXPECT_EQ(plan_text(facts, plan).find("sysctl -w"), std::string::npos);
}

TEST(ReservePlan, ADriverThatMayUseTheReserveIsNoWarning) {
    auto facts = known_machine();
    facts.nics[0].grant = RefillGrant::yes;
    EXPECT_TRUE(make_reserve_plan(facts, 1).warnings.empty());
    facts.nics[0].grant = RefillGrant::unknown;
    EXPECT_TRUE(make_reserve_plan(facts, 1).warnings.empty());
    EXPECT_TRUE(has(make_reserve_plan(facts, 1).notes, "not known whether"));
}

TEST(ReservePlan, CountsAHookedKernelsPoolAndItsBoundOnTransmit) {
    auto facts = known_machine();
    facts.hook = HookFacts{"mainline", "module:rx_reserve", "mainline", 256};
    const auto pool = make_reserve_plan(facts, 1);
    EXPECT_EQ(pool.missing_pages, 3554 - 256);
    EXPECT_EQ(pages(pool, "transmit"), 1032);
    EXPECT_TRUE(has(pool.notes, "256 emergency pages"));

    facts.hook->gfp = "module:gfp_memalloc";
    const auto bounded = make_reserve_plan(facts, 1);
    EXPECT_EQ(pages(bounded, "transmit"), 32);
    EXPECT_LT(bounded.min_free_needed_kb, pool.min_free_needed_kb);
}

TEST(ReservePlan, AllSocketsTogetherAreBoundedByTcpMem) {
    auto facts = known_machine();
    facts.tcp_mem_max = 3000;
    EXPECT_EQ(pages(make_reserve_plan(facts, 2), "transmit"), 2 * 1024 + 16);
    EXPECT_EQ(pages(make_reserve_plan(facts, 4), "transmit"), 3000 + 32);
}

TEST(ReservePlan, ASmallMachineGetsAnEighthAndAWarning) {
    auto facts = known_machine();
    for (auto &zone : facts.zones)
        zone.managed /= 8; // 128 MiB
    facts.tcp_wmem_max = 1 << 20;
    const auto one = make_reserve_plan(facts, 1);
    EXPECT_EQ(pages(one, "reassembly"), 32000 / 64);
    EXPECT_EQ(one.min_free_limit_kb, 16000);
    EXPECT_LE(one.min_free_target_kb, one.min_free_limit_kb);
    EXPECT_FALSE(has(one.warnings, "not fully covered"));

    const auto four = make_reserve_plan(facts, 4);
    EXPECT_EQ(four.min_free_target_kb, 16000);
    EXPECT_GT(four.min_free_needed_kb, 16000);
    EXPECT_TRUE(has(four.warnings, "not fully covered"));
    EXPECT_FALSE(four.refusal);
}

TEST(ReservePlan, RefusesAMachineThatIsTooSmallForItsRings) {
    auto facts = known_machine();
    for (auto &zone : facts.zones)
        zone.managed /= 8;
    facts.nics[0].queues = 8;
    const auto plan = make_reserve_plan(facts, 1);
    ASSERT_TRUE(plan.refusal);
    EXPECT_EQ(plan.refusal->rfind("this machine is too small: ", 0), 0U);
    EXPECT_EQ(plan.refusal->find('\n'), std::string::npos);
    EXPECT_NE(plan_text(facts, plan).find("refused: this machine"), std::string::npos);
}

TEST(ReservePlan, NothingMakesItSmaller) {
    std::mt19937 random(20120712);
    const auto pick = [&](int low, int high) {
        return std::uniform_int_distribution<int>(low, high)(random);
    };
    const auto more = [](const MachineFacts &less, int conns, const MachineFacts &greater,
                         int greater_conns, const char *what) {
        const auto a = make_reserve_plan(less, conns),
                   b = make_reserve_plan(greater, greater_conns);
        EXPECT_LE(a.total_pages, b.total_pages) << what;
        EXPECT_LE(a.least_pages, b.least_pages) << what;
        EXPECT_LE(a.min_free_needed_kb, b.min_free_needed_kb) << what;
        EXPECT_LE(a.min_free_target_kb, b.min_free_target_kb) << what;
        EXPECT_LE(a.refusal.has_value(), b.refusal.has_value()) << what;
        EXPECT_LE(a.least_pages, a.total_pages) << what;
    };
    for (int round = 0; round < 500; round++) {
        auto facts = known_machine();
        facts.cpus = pick(1, 64);
        facts.tcp_wmem_max = pick(4096, 64 << 20);
        facts.tcp_mem_max = pick(0, 1) * pick(128, 100000);
        facts.nics[0].queues = pick(1, 16);
        facts.nics[0].ring = pick(16, 4096);
        facts.nics[0].rps = pick(0, 1) == 1;
        facts.nics[0].tso = pick(0, 1) == 1;
        if (pick(0, 3) == 0)
            facts.hook = HookFacts{"mainline", "", pick(0, 1) ? "module:gfp_memalloc" : "mainline",
                                   pick(0, 5000)};
        for (auto &zone : facts.zones)
            zone.managed = zone.managed * pick(1, 40) / 10;
        const int conns = pick(1, 32);

        more(facts, conns, facts, conns + pick(1, 8), "connections");
        auto greater = facts;
        greater.cpus += pick(1, 8);
        more(facts, conns, greater, conns, "CPUs");
        greater = facts;
        greater.nics[0].ring += pick(1, 256);
        more(facts, conns, greater, conns, "ring");
        greater = facts;
        greater.nics.push_back(virtio());
        more(facts, conns, greater, conns, "cards");
        greater = facts;
        greater.tcp_wmem_max += pick(1, 1 << 20);
        more(facts, conns, greater, conns, "send buffer");
    }
}

TEST(ReservePlan, ALargerMtuMakesNothingSmaller) {
    for (const char *features :
         {"", "000000000000000100", "000000011000000000", "0000000000000000"})
        for (const char *driver : {"virtio_net", "e1000"})
            for (const bool lro : {false, true}) {
                FakeMachineTree tree;
                FakeLinks links;
                links.lros = {{"eth0", lro}};
                tree.card("eth0", driver, 68, 1, features);
                std::int64_t before = 0;
                for (int mtu = 68; mtu <= 65535; mtu += mtu < 1600 ? 119 : 1777) {
                    tree.put("/sys/class/net/eth0/mtu", std::to_string(mtu));
                    auto facts = known_machine();
                    facts.nics = {read_nic(tree.paths(), links, "eth0", 4096)};
                    ASSERT_EQ(facts.nics[0].mtu, mtu);
                    const auto plan = make_reserve_plan(facts, 1);
                    ASSERT_LE(before, plan.total_pages) << driver << " mtu " << mtu;
                    before = plan.total_pages;
                }
            }
}

TEST(WantedMinFree, FollowsTheAreasPolicy) {
    auto facts = known_machine();
    netswap::live::AreaSpec area;
    EXPECT_EQ(wanted_min_free(area, facts, 1).value(), 37952);
    area.reserve = ReservePolicy::keep;
    EXPECT_EQ(wanted_min_free(area, facts, 1).value(), std::nullopt);
    area.reserve = ReservePolicy::fixed;
    area.reserve_bytes = 64 << 20;
    EXPECT_EQ(wanted_min_free(area, facts, 1).value(), 65536);
    area.reserve_bytes = 600 << 20;
    ASSERT_FALSE(wanted_min_free(area, facts, 1));
    EXPECT_EQ(wanted_min_free(area, facts, 1).error().message,
              "reserve 614400K is more than a quarter of memory (256000K)");

    area.reserve = ReservePolicy::automatic;
    facts.nics[0].queues = 200;
    ASSERT_FALSE(wanted_min_free(area, facts, 1));
    EXPECT_EQ(wanted_min_free(area, facts, 1).error().code, netswap::exit_host);
}

TEST(PlanReport, IsCompleteAsJsonAndAsText) {
    auto facts = known_machine();
    facts.servers = {"192.0.2.1"};
    const auto plan = make_reserve_plan(facts, 1);
    const auto out = nlohmann::json::parse(plan_json(facts, plan));
    EXPECT_EQ(out.at("min_free_target_kb"), 37952);
    EXPECT_EQ(out.at("terms").size(), plan.terms.size());
    EXPECT_EQ(out.at("machine").at("nics").at(0).at("refill_from_reserve"), "no");
    EXPECT_TRUE(out.at("refusal").is_null());
    std::int64_t sum = 0;
    for (const auto &term : out.at("terms")) {
        sum += term.at("pages").get<std::int64_t>();
        EXPECT_NE(term.at("how"), "");
        EXPECT_NE(term.at("source"), "");
    }
    EXPECT_EQ(sum, out.at("total_pages"));

    const auto text = plan_text(facts, plan);
    EXPECT_NE(text.find("sysctl -w vm.min_free_kbytes=37952\n"), std::string::npos);
    EXPECT_NE(text.find("server 192.0.2.1"), std::string::npos);
    for (const auto &term : plan.terms)
        EXPECT_NE(text.find("\n" + term.name), std::string::npos) << term.name;
}
