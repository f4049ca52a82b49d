// SPDX-License-Identifier: GPL-2.0
#include <sstream>

#include <gmock/gmock.h>
#include <nlohmann/json.hpp>

#include "bench/operations.h"
#include "bench/table.h"

namespace netswap::bench {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;

std::vector<BenchArm> arms(std::string_view text) {
    auto parsed = parse_bench_arms(text);
    EXPECT_TRUE(parsed.has_value()) << parsed.error().message;
    return parsed ? *parsed : std::vector<BenchArm>{};
}

std::string refusal(std::string_view text) {
    const auto parsed = parse_bench_arms(text);
    EXPECT_FALSE(parsed.has_value()) << text;
    if (parsed)
        return "";
    EXPECT_EQ(parsed.error().code, exit_bad_input);
    return parsed.error().message;
}

TEST(BenchArms, TheDefaultOnes) {
    const auto all = arms(default_arms);
    ASSERT_EQ(all.size(), 5U);
    EXPECT_EQ(all[0].arm.policy, Policy::stock);
    EXPECT_EQ(flavour_of(all[0], "6.12"), "6.12-stock");
    EXPECT_EQ(flavour_of(all[1], "6.12"), "6.12");
    EXPECT_EQ(all[2].arm.policy, Policy::bare);
    EXPECT_TRUE(all[1].arm.modules.empty());
    EXPECT_TRUE(all[3].arm.complete());
    EXPECT_FALSE(all[3].marked);
    EXPECT_TRUE(all[4].arm.complete());
    EXPECT_TRUE(all[4].marked);
}

TEST(BenchArms, AnyArmOfAStormWithOrWithoutAMark) {
    const auto some = arms("mainline+sock/marked,stock/marked,stock");
    EXPECT_THAT(some[0].arm.modules, ElementsAre("netswap", "sock_memalloc"));
    EXPECT_TRUE(some[0].marked);
    EXPECT_EQ(some[0].name, "mainline+sock/marked");
    EXPECT_EQ(baseline_of(some), 2U); // the one without a mark
    EXPECT_EQ(baseline_of(arms("bare,mainline")), 0U);
}

TEST(BenchArms, Refusals) {
    EXPECT_THAT(refusal(""), HasSubstr("no arm"));
    EXPECT_THAT(refusal("stock,stock"), HasSubstr("'stock' twice"));
    EXPECT_THAT(refusal("red"), HasSubstr("modules, marked"));
    EXPECT_THAT(refusal("stock+guard"), HasSubstr("+guard"));
    EXPECT_THAT(refusal("netswap+sock:splice=0"), HasSubstr("parameters"));
}

/// Two arms; "page" costs 18 more on the second.
BenchRecord record() {
    BenchRecord made;
    made.samples = 9;
    made.qemu = "7.2";
    for (const auto &arm : arms("mainline,stock")) {
        ArmRecord one{arm, flavour_of(arm, "6.12"), {"6.12.1", 3, {}}};
        for (const auto &operation : operations())
            one.result.counts.push_back({std::string(operation.name), 2, 9, 1000, 2000});
        made.arms.push_back(one);
    }
    made.baseline = 1;
    auto &counts = made.arms[0].result.counts;
    for (auto &count : counts) {
        if (count.name == "page")
            count.median = 2036;
        if (count.name == stream_operation)
            count.median = 2500;
        if (count.name == "compile")
            count.median = 2004002;
    }
    for (auto &count : made.arms[1].result.counts)
        if (count.name == "compile")
            count.median = 2000000;
    return made;
}

TEST(BenchRecord, DifferenceOfOneOperation) {
    const auto d = difference(record(), 0, "page");
    ASSERT_TRUE(d.has_value());
    EXPECT_DOUBLE_EQ(d->instructions, 1018);
    EXPECT_DOUBLE_EQ(d->added, 18);
    EXPECT_DOUBLE_EQ(d->added_percent, 1.8);
    EXPECT_DOUBLE_EQ(d->ratio, 1.018);
    EXPECT_DOUBLE_EQ(difference(record(), 1, "page")->added, 0);
    EXPECT_FALSE(difference(record(), 0, "colour").has_value());
}

TEST(BenchRecord, ThroughputIsTheInverseOfInstructions) {
    EXPECT_DOUBLE_EQ(*stream_throughput(record(), 0), 0.8);
    EXPECT_DOUBLE_EQ(*stream_throughput(record(), 1), 1);
    auto without = record();
    std::erase_if(without.arms[0].result.counts,
                  [](const Count &count) { return count.name == stream_operation; });
    EXPECT_FALSE(stream_throughput(without, 0).has_value());
}

TEST(BenchRecord, Json) {
    const auto json = bench_json(record());
    EXPECT_EQ(json["netswap_bench"], 1);
    EXPECT_EQ(json["baseline"], "stock");
    EXPECT_EQ(json["arms"][0]["arm"], "mainline");
    EXPECT_EQ(json["arms"][1]["kernel"], "6.12-stock");
    EXPECT_EQ(json["arms"][0]["counts"].size(), operations().size());
    EXPECT_EQ(json["operations"].size(), operations().size());
    EXPECT_EQ(json["stream_throughput"]["mainline"], 0.8);
    for (const auto &row : json["operations"])
        if (row["operation"] == "page") {
            EXPECT_EQ(row["arms"]["mainline"]["added"], 18);
            EXPECT_EQ(row["arms"]["stock"]["instructions"], 1000);
            EXPECT_EQ(row["section"], "kernel");
        } else if (row["operation"] == "compile") {
            EXPECT_EQ(row["section"], "programs");
            EXPECT_DOUBLE_EQ(row["arms"]["mainline"]["ratio"].get<double>(), 1.002001);
            EXPECT_EQ(row["arms"]["stock"]["ratio"], 1);
        }
    // What one VM counted comes back as it was.
    const auto arm = json["arms"][0].get<ArmCounts>();
    EXPECT_EQ(arm, record().arms[0].result);
}

TEST(BenchTable, HasEachOperationAndWhatIsAdded) {
    const auto text = render_bench_table(record(), false);
    for (const auto &operation : operations())
        EXPECT_THAT(text, HasSubstr("\n" + std::string(operation.name) + " "));
    EXPECT_THAT(text, HasSubstr("   1000     +18 (+1.80 %)\n"));
    EXPECT_THAT(text, HasSubstr("   1000       0 (+0.00 %)\n"));
    EXPECT_THAT(text, HasSubstr("throughput as a ratio: mainline 0.8000\n"));
    // The baseline comes first, whatever the order of the runs.
    EXPECT_LT(text.find(" stock", text.find("\noperation")), text.find(" mainline"));
    EXPECT_THAT(text, Not(HasSubstr("\x1b")));
    EXPECT_THAT(render_bench_table(record(), true), HasSubstr("\x1b["));
}

TEST(BenchTable, WhatProgramsDoIsARatioInASectionOfItsOwn) {
    const auto text = render_bench_table(record(), false);
    const auto programs = text.find("\nwhat programs do");
    ASSERT_NE(programs, std::string::npos);
    for (const auto &operation : operations())
        EXPECT_EQ(text.find("\n" + std::string(operation.name) + " ") > programs,
                  operation.section == Section::programs)
            << operation.name;
    EXPECT_THAT(text, HasSubstr("   1000.0   +2 (1.0020)\n"));
    EXPECT_THAT(text, HasSubstr("    0 (1.0000)\n"));
}

TEST(BenchTable, TheDefaultArmsFitIn100Columns) {
    BenchRecord wide;
    for (const auto &arm : arms(default_arms)) {
        ArmRecord one{arm, flavour_of(arm, "6.12"), {"6.12.1", 3, {}}};
        const unsigned more = wide.arms.empty() ? 0 : 12345;
        for (const auto &operation : operations())
            one.result.counts.push_back(
                {std::string(operation.name), 1, 9, 1,
                 operation.section == Section::kernel ? 850000 + more : 130647296 + more});
        wide.arms.push_back(one);
    }
    const auto text = render_bench_table(wide, false);
    EXPECT_THAT(text, HasSubstr("+12345 (+1.45 %)"));
    EXPECT_THAT(text, HasSubstr("+12.35 (1.0001)"));
    std::istringstream lines(text);
    for (std::string line; std::getline(lines, line);)
        EXPECT_LE(line.size(), 100U) << line;
}

TEST(BenchTable, WhatIsMissingIsADash) {
    auto without = record();
    without.arms[0].result.counts.clear();
    const auto text = render_bench_table(without, false);
    EXPECT_THAT(text, HasSubstr(" -\n"));
    EXPECT_THAT(text, Not(HasSubstr("throughput")));
}

} // namespace
} // namespace netswap::bench
