// SPDX-License-Identifier: GPL-2.0
#include "matrix/grid.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "lib/clock.h"
#include "matrix/budget.h"

namespace netswap {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

Result<std::vector<Cell>> cells_of(const StormArguments &base,
                                   const std::vector<Dimension> &dimensions) {
    return make_cells(base, dimensions, [](const auto &) { return 1; });
}

TEST(Grid, ValuesStandBetweenCommas) {
    EXPECT_THAT(*split_values("mem", "128M, 256M"), ElementsAre("128M", "256M"));
    EXPECT_TRUE(split_values("mem", "")->empty());
    EXPECT_THAT(split_values("mem", "128M,,256M").error().message, HasSubstr("--mem"));
    EXPECT_THAT(split_values("nic", "e1000,e1000").error().message,
                HasSubstr("--nic names e1000 twice"));
}

TEST(Grid, EveryCombinationWithTheArmsOfAScenarioTogether) {
    StormArguments base;
    base.arms = "mainline,netswap";
    base.runs = 3;
    const auto cells = cells_of(
        base, {{"mem", {"128M", "256M"}}, {"min-free", {"default", "300K"}}, {"nic", {"virtio"}}});
    ASSERT_TRUE(cells) << cells.error().message;
    std::vector<std::string> names;
    for (const auto &cell : *cells)
        names.push_back(cell.name());
    EXPECT_THAT(names, ElementsAre("mainline, mem 128M, min-free default, nic virtio",
                                   "netswap, mem 128M, min-free default, nic virtio",
                                   "mainline, mem 128M, min-free 300K, nic virtio",
                                   "netswap, mem 128M, min-free 300K, nic virtio",
                                   "mainline, mem 256M, min-free default, nic virtio",
                                   "netswap, mem 256M, min-free default, nic virtio",
                                   "mainline, mem 256M, min-free 300K, nic virtio",
                                   "netswap, mem 256M, min-free 300K, nic virtio"));
    EXPECT_EQ(cells->at(0).plan.params.min_free_kb, -1);
    EXPECT_EQ(cells->at(2).plan.params.min_free_kb, 300);
    EXPECT_EQ(cells->at(2).plan.params.nic, "virtio-net");
    EXPECT_EQ(cells->at(7).plan.params.map_mib, 1024);
    EXPECT_EQ(cells->at(7).plan.schedule().size(), 3U);
    EXPECT_EQ(cells->at(7).plan.schedule()[2].seed, 3U);
}

TEST(Grid, AnyOptionOfTheStormIsADimension) {
    const auto cells = cells_of({}, {{"transport", {"nbd", "disk"}}, {"workers", {"4", "8"}}});
    ASSERT_TRUE(cells) << cells.error().message;
    EXPECT_EQ(cells->size(), 3U * 4U);
    EXPECT_EQ(cells->back().plan.params.transport, "disk");
    EXPECT_EQ(cells->back().plan.params.workers, 8);
    EXPECT_THAT(cells_of({}, {{"colour", {"red"}}}).error().message, HasSubstr("--colour"));
    EXPECT_THAT(cells_of({}, {{"mem", {}}}).error().message, HasSubstr("--mem has no value"));
}

TEST(Grid, EachKernelHasItsOwnPatience) {
    const auto cells = make_cells({}, {{"kernel", {"6.12", "6.12-debug"}}},
                                  [](const auto &kernel) { return kernel == "6.12" ? 1 : 6; });
    ASSERT_TRUE(cells) << cells.error().message;
    EXPECT_EQ(cells->front().plan.params.hang_after_s, 20);
    EXPECT_EQ(cells->back().plan.params.kernel, "6.12-debug");
    EXPECT_EQ(cells->back().plan.params.hang_after_s, 120);
    EXPECT_EQ(cells->back().plan.params.timeout_s, 6 * cells->front().plan.params.timeout_s);
}

TEST(Grid, WhatTheStormRefusesIsNamedWithItsCell) {
    const auto cells = cells_of({}, {{"mem", {"128M", "64M"}}, {"min-free", {"20M"}}});
    ASSERT_FALSE(cells);
    EXPECT_THAT(cells.error().message, HasSubstr("cell bare, mem 64M, min-free 20M: --min-free"));
    EXPECT_EQ(cells.error().code, exit_bad_input);
    EXPECT_THAT(cells_of({}, {{"conns", {"many"}}}).error().message,
                HasSubstr("--conns: 'many' is no number"));
}

TEST(Budget, TimesHaveUnits) {
    EXPECT_EQ(*parse_duration("90s"), 90);
    EXPECT_EQ(*parse_duration("30m"), 1800);
    EXPECT_EQ(*parse_duration("2h"), 7200);
    EXPECT_EQ(*parse_duration("45"), 45);
    for (const auto *text : {"", "m", "0s", "-1m", "1.5h", "3 m", "1d", "99999999999999h"})
        EXPECT_FALSE(parse_duration(text)) << text;
}

TEST(Budget, EndsWhenTheTimeIsUp) {
    struct : Clock {
        double time = 100;
        [[nodiscard]] double now() const override { return time; }
    } clock;
    const Budget budget(clock, 60);
    const Budget endless(clock, std::nullopt);
    clock.time = 159;
    EXPECT_TRUE(budget.left());
    clock.time = 160;
    EXPECT_FALSE(budget.left());
    EXPECT_TRUE(endless.left());
}

} // namespace
} // namespace netswap
