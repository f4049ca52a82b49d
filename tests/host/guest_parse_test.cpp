// SPDX-License-Identifier: GPL-2.0
#include "guest/kmsg.h"
#include "guest/modules.h"
#include "guest/sample_line.h"
#include "lib/proc_parse.h"

#include <array>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

namespace netswap::guest {
namespace {

constexpr std::string_view zoneinfo_text = R"(Node 0, zone      DMA
  per-node stats
      nr_free_cma  0
  pages free     3584
        boost    0
        min      47
        low      58
        high     69
        spanned  4095
        present  3998
        managed  3840
        protection: (0, 93, 93, 93)
      nr_free_pages 3584
  pagesets
    cpu: 0
              count:    5
              high:     14
              batch:    1
              high_min: 14
  node_unreclaimable:  0
Node 1, zone    DMA32
  pages free     120
        min      275
        low      343
        high     411
        managed  24000
    cpu: 0
              high:     9999
Node 1, zone  Movable
  pages free     0
        min      32
        low      32
        high     32
        managed  0
)";

TEST(ParseZoneinfo, TakesPopulatedZonesOnly) {
    ZoneTable table;
    ASSERT_TRUE(parse_zoneinfo(zoneinfo_text, table));
    ASSERT_EQ(table.count, 2U);
    EXPECT_STREQ(table.zones[0].name.data(), "DMA");
    EXPECT_EQ(table.zones[0].node, 0);
    EXPECT_EQ(table.zones[0].free, 3584U);
    EXPECT_EQ(table.zones[0].high, 69U) << "the page sets have a line named high, too";
    EXPECT_STREQ(table.zones[1].name.data(), "DMA32");
    EXPECT_EQ(table.zones[1].node, 1);
    EXPECT_EQ(table.zones[1].high, 411U);
    EXPECT_EQ(table.sum(&ZoneSample::min), 47U + 275U);
    EXPECT_EQ(table.sum(&ZoneSample::free), 3584U + 120U);
}

TEST(ParseZoneinfo, RefusesWhatIsNotComplete) {
    ZoneTable table;
    EXPECT_FALSE(parse_zoneinfo("", table));
    EXPECT_FALSE(parse_zoneinfo("Node 0, zone DMA\n  pages free 1\n managed 5\n", table));
    EXPECT_FALSE(parse_zoneinfo("pages free 3\nmin 4\n", table));
}

TEST(ParseZoneinfo, MoreZonesThanRoomAreCut) {
    std::string text;
    for (int node = 0; node < 40; ++node)
        text += "Node " + std::to_string(node) +
                ", zone AVeryLongZoneNameIndeed\n  pages free 1\n min 1\n low 2\n high 3\n"
                " managed 9\n";
    ZoneTable table;
    ASSERT_TRUE(parse_zoneinfo(text, table));
    EXPECT_EQ(table.count, ZoneTable::capacity);
    EXPECT_STREQ(table.zones[0].name.data(), "AVeryLongZoneNa");
}

TEST(ParseVmstat, AddsUpTheStalls) {
    VmCounters counters;
    ASSERT_TRUE(parse_vmstat("nr_free_pages 7\npswpin 11\npswpout 12\nallocstall_dma 1\n"
                             "allocstall_normal 20\npgscan_direct_throttle 5\n"
                             "pgscan_direct 900\n",
                             counters));
    EXPECT_EQ(counters.pswpin, 11U);
    EXPECT_EQ(counters.pswpout, 12U);
    EXPECT_EQ(counters.allocstall, 21U);
    EXPECT_EQ(counters.throttle, 5U);
}

TEST(ParseVmstat, RefusesOtherFiles) {
    VmCounters counters;
    EXPECT_FALSE(parse_vmstat("", counters));
    EXPECT_FALSE(parse_vmstat("pswpin x\npswpout 3\n", counters));
    EXPECT_FALSE(parse_vmstat("pswpin 99999999999999999999999\npswpout 3\n", counters));
}

TEST(ParseNetstat, FindsTheColumn) {
    constexpr auto text = "TcpExt: SyncookiesSent PFMemallocDrop TCPTimeouts\nTcpExt: 1 42 3\n"
                          "IpExt: InNoRoutes PFMemallocDrop\nIpExt: 5 6\n";
    EXPECT_EQ(parse_netstat(text, "TcpExt", "PFMemallocDrop"), 42U);
    EXPECT_EQ(parse_netstat(text, "IpExt", "PFMemallocDrop"), 6U);
    EXPECT_EQ(parse_netstat(text, "TcpExt", "Missing"), std::nullopt);
    EXPECT_EQ(parse_netstat(text, "Tcp", "PFMemallocDrop"), std::nullopt);
    EXPECT_EQ(parse_netstat("TcpExt: A B\n", "TcpExt", "A"), std::nullopt);
    EXPECT_EQ(parse_netstat("TcpExt: A B\nTcpExt: 1\n", "TcpExt", "B"), std::nullopt);
}

TEST(ParseMeminfo, ReadsKilobytes) {
    EXPECT_EQ(parse_meminfo("MemTotal:  111828 kB\nMemFree: 5 kB\n", "MemFree"), 5U);
    EXPECT_EQ(parse_meminfo("MemTotal: 1 kB\n", "Mem"), std::nullopt);
}

TEST(ParseCounters, KeepsTheOrderAndDropsTheRest) {
    const CounterList expected{{"b", 2}, {"a", 1}};
    EXPECT_EQ(parse_counters("b 2\nnot a number\na 1\n\n"), expected);
}

TEST(ParseChoice, TakesTheBracketed) {
    EXPECT_EQ(parse_choice("always madvise [never]\n"), "never");
    EXPECT_EQ(parse_choice("  never\n"), "never");
    EXPECT_EQ(parse_choice("\n"), "");
}

TEST(SampleLine, IsJsonWithZones) {
    ZoneTable table;
    ASSERT_TRUE(parse_zoneinfo(zoneinfo_text, table));
    std::array<char, 2048> buffer;
    const auto line = format_sample(buffer, {12.3456, 77, 4}, {1, 2, 3, 5}, table);
    const auto sample = nlohmann::json::parse(line);
    EXPECT_EQ(sample["type"], "sample");
    EXPECT_DOUBLE_EQ(sample["t"].get<double>(), 12.345);
    EXPECT_EQ(sample["touched"], 77);
    EXPECT_EQ(sample["pswpin"], 1);
    EXPECT_EQ(sample["pswpout"], 2);
    EXPECT_EQ(sample["throttle"], 3);
    EXPECT_EQ(sample["allocstall"], 5);
    EXPECT_EQ(sample["pfdrop"], 4);
    EXPECT_EQ(sample["free"], 3704);
    EXPECT_EQ(sample["min"], 322);
    ASSERT_EQ(sample["zones"].size(), 2U);
    EXPECT_EQ(sample["zones"][1]["name"], "DMA32");
}

TEST(SampleLine, TooSmallABufferGivesNothing) {
    std::array<char, 60> buffer;
    EXPECT_TRUE(format_sample(buffer, {}, {}, {}).empty());
}

TEST(ModuleDependencies, ReadsTheModinfoSection) {
    using namespace std::string_view_literals;
    EXPECT_EQ(module_dependencies("\x7f"
                                  "ELF..\0license=GPL\0depends=netswap,kunit\0name=x\0"sv),
              (std::vector<std::string>{"netswap", "kunit"}));
    EXPECT_TRUE(module_dependencies("..\0depends=\0name=x\0"sv).empty());
    EXPECT_TRUE(module_dependencies("no such key").empty());
    EXPECT_EQ(module_dependencies("\0depends=cut"sv), std::vector<std::string>{"cut"});
}

struct LogLine {
    const char *name;
    const char *text;
    bool fault;
};

class KernelFault : public testing::TestWithParam<LogLine> {};

TEST_P(KernelFault, IsToldFromOrdinaryLines) {
    EXPECT_EQ(is_kernel_fault(GetParam().text), GetParam().fault) << GetParam().text;
}

INSTANTIATE_TEST_SUITE_P(
    Lines, KernelFault,
    testing::Values(
        LogLine{"warning", "WARNING: CPU: 1 PID: 9 at mm/page_alloc.c:1 f+0x1/0x2", true},
        LogLine{"lockdep", "WARNING: possible circular locking dependency detected", true},
        LogLine{"bug", "BUG: kernel NULL pointer dereference, address: 0", true},
        LogLine{"bug_at", "kernel BUG at mm/slub.c:12!", true},
        LogLine{"oops", "Oops: 0000 [#1] PREEMPT SMP", true},
        LogLine{"rcu", "WARNING: suspicious RCU usage", true},
        LogLine{"ubsan", "UBSAN: array-index-out-of-bounds in kmod/reserve_plan.c:9:2", true},
        LogLine{"no_key", "INFO: trying to register non-static key.", true},
        LogLine{"alloc", "swapper/0: page allocation failure: order:0, mode:0x820", false},
        LogLine{"blocked", "INFO: task kworker/0:1:8 blocked for more than 120 seconds.", false},
        LogLine{"word", "nbd0: debug: WARNINGS off", false},
        LogLine{"oom", "Out of memory: Killed process 12 (init)", false}),
    [](const auto &info) { return info.param.name; });

} // namespace
} // namespace netswap::guest
