// SPDX-License-Identifier: GPL-2.0
#include "live/watermarks.h"

#include <gtest/gtest.h>

#include "live/fake_machine_tree.h"

using namespace netswap::live;

namespace {

Zone zone(const char *name, std::int64_t managed, std::int64_t high = 0) {
    Zone made;
    made.name = name;
    made.managed = managed;
    made.high = high;
    return made;
}

} // namespace

TEST(Zones, AreReadWithTheirLevelsAndProtection) {
    const auto zones = parse_zones(small_zoneinfo);
    ASSERT_TRUE(zones) << zones.error().message;
    ASSERT_EQ(zones->size(), 2U); // Normal is empty
    const auto &dma32 = zones->at(1);
    EXPECT_EQ(dma32.name, "DMA32");
    EXPECT_EQ(dma32.free, 100000);
    EXPECT_EQ(dma32.min, 4036);
    EXPECT_EQ(dma32.low, 5045);
    EXPECT_EQ(dma32.high, 6054); // not the per-CPU list's "high:"
    EXPECT_EQ(dma32.managed, 252160);
    EXPECT_EQ(zones->at(0).protection, (std::vector<std::int64_t>{0, 950, 950, 950}));
    EXPECT_EQ(lowmem_managed(*zones), 256000);
    EXPECT_EQ(lowmem_min(*zones), 4096);
}

TEST(Zones, MustBeThereWithAllLevels) {
    for (const char *text : {"", "nothing\n", "Node 0, zone DMA\n  pages free 3\n managed 10\n",
                             "Node 0, zone\n  pages free 3\n"}) {
        const auto zones = parse_zones(text);
        ASSERT_FALSE(zones) << text;
        EXPECT_EQ(zones.error().message.rfind("/proc/zoneinfo: ", 0), 0U) << text;
    }
}

TEST(Watermarks, FollowTheKernelsArithmetic) {
    // 4096 pages in proportion to the sizes.
    const auto dma = zone("DMA", 3840), normal = zone("Normal", 252160);
    EXPECT_EQ(zone_min(dma, 256000, 16384, 4), 61);
    EXPECT_EQ(zone_min(normal, 256000, 16384, 4), 4034);
    EXPECT_EQ(zone_min(zone("Movable", 1000000), 256000, 16384, 4), 128);
    EXPECT_EQ(zone_min(zone("HighMem", 1000), 256000, 16384, 4), 32);
    // min - min/2, then a quarter off, each rounded down by the kernel.
    EXPECT_EQ(atomic_stop(1000), 375);
    EXPECT_EQ(atomic_stop(61), 24);
    EXPECT_EQ(atomic_stop(1), 1);
    EXPECT_EQ(atomic_stop(0), 0);
}

TEST(Watermarks, TheSmallestValueThatKeepsThePagesIsFound) {
    const std::vector<Zone> zones{zone("DMA", 3840), zone("DMA32", 252160),
                                  zone("Movable", 500000)};
    EXPECT_EQ(min_free_for(zones, 0, 4), 0);
    EXPECT_EQ(min_free_for(zones, -5, 4), 0);
    for (std::int64_t pages = 1; pages < 40000; pages = pages * 5 / 4 + 1) {
        const auto kb = min_free_for(zones, pages, 4);
        EXPECT_EQ(kb % 64, 0);
        EXPECT_GE(exclusive_pages(zones, kb, 4), pages);
        EXPECT_LT(exclusive_pages(zones, kb - 64, 4), pages);
    }
}

TEST(Watermarks, TheKernelsOwnValuesAreKnown) {
    // 15 GiB machine with huge pages: read off a live one (Debian 12).
    const std::vector<Zone> zones{zone("DMA", 3840, 29), zone("DMA32", 772919, 5937),
                                  zone("Normal", 2195456, 16866)};
    EXPECT_EQ(khugepaged_kb(zones, 4, 512), 67584);
    EXPECT_TRUE(kernel_chooses(zones, 67584, 4, 512));
    EXPECT_TRUE(kernel_chooses(zones, kernel_default_kb(zones, 4), 4, 512));
    EXPECT_FALSE(kernel_chooses(zones, 5000, 4, 512));
    EXPECT_FALSE(kernel_chooses(zones, 40000, 4, 512));
    // Small machines: a twentieth of memory.
    const std::vector<Zone> small{zone("DMA32", 30000)};
    EXPECT_EQ(khugepaged_kb(small, 4, 512), 6000);
    EXPECT_EQ(kernel_default_kb(small, 4), 1385);
    EXPECT_TRUE(kernel_chooses(small, 1303, 4, 512));
}
