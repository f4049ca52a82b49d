// SPDX-License-Identifier: GPL-2.0
#include "guest/page_pattern.h"
#include "live/swap_header.h"

#include <algorithm>
#include <array>
#include <gtest/gtest.h>
#include <set>
#include <string>

namespace netswap::guest {
namespace {

using Page = std::array<std::uint64_t, page_bytes / sizeof(std::uint64_t)>;

Page filled(const PageKey &key) {
    Page page{};
    fill_page(page.data(), key);
    return page;
}

TEST(PagePattern, WhatWasWrittenIsAccepted) {
    const PageKey key{7, 3, 2, 4711};
    const auto page = filled(key);
    PageMismatch bad;
    EXPECT_TRUE(check_page(page.data(), key, bad));
}

TEST(PagePattern, CoversFirstAndLastWordAndEachCacheLine) {
    auto page = filled({1, 0, 0, 0});
    EXPECT_NE(page.front(), 0U);
    EXPECT_NE(page.back(), 0U);
    for (std::size_t line = 0; line < page_bytes / 64; ++line)
        EXPECT_NE(page[line * 8], 0U) << "cache line " << line;
}

TEST(PagePattern, EachChangedWordIsFound) {
    const PageKey key{1, 2, 3, 4};
    for (std::size_t slot = 0; slot < words_per_page; ++slot) {
        auto page = filled(key);
        const auto offset = detail::slot_offset(slot);
        const auto right = page[offset / 8];
        page[offset / 8] ^= 1U << 5;
        PageMismatch bad;
        ASSERT_FALSE(check_page(page.data(), key, bad)) << "slot " << slot;
        EXPECT_EQ(bad.offset, offset);
        EXPECT_EQ(bad.expected, right);
        EXPECT_EQ(bad.found, right ^ (1U << 5));
    }
}

struct OtherKey {
    const char *what;
    PageKey key;
};

class PagePatternOther : public testing::TestWithParam<OtherKey> {};

TEST_P(PagePatternOther, IsNotTakenForThisPage) {
    const auto page = filled(GetParam().key);
    PageMismatch bad;
    EXPECT_FALSE(check_page(page.data(), PageKey{1, 2, 3, 4}, bad)) << GetParam().what;
}

INSTANTIATE_TEST_SUITE_P(Keys, PagePatternOther,
                         testing::Values(OtherKey{"seed", {2, 2, 3, 4}},
                                         OtherKey{"worker", {1, 3, 3, 4}},
                                         OtherKey{"stale pass", {1, 2, 2, 4}},
                                         OtherKey{"next page", {1, 2, 3, 5}},
                                         OtherKey{"worker and pass exchanged", {1, 3, 2, 4}}),
                         [](const auto &info) {
                             std::string name = info.param.what;
                             std::replace(name.begin(), name.end(), ' ', '_');
                             return name;
                         });

TEST(PagePattern, ZeroPageIsFound) {
    const Page zeros{};
    PageMismatch bad;
    EXPECT_FALSE(check_page(zeros.data(), PageKey{1, 0, 0, 0}, bad));
    EXPECT_EQ(bad.found, 0U);
}

TEST(PagePattern, BasesOfManyPagesDiffer) {
    std::set<std::uint64_t> bases;
    for (std::uint32_t worker = 0; worker < 16; ++worker)
        for (std::uint64_t page = 0; page < 4096; ++page)
            bases.insert(detail::page_base({1, worker, 0, page}));
    EXPECT_EQ(bases.size(), 16U * 4096U);
}

TEST(SwapHeader, HoldsWhatTheKernelReads) {
    const auto page = live::swap_header(0x12345);
    EXPECT_EQ(std::string(page.end() - 10, page.end()), "SWAPSPACE2");
    EXPECT_EQ(page[1024], 1);    // version
    EXPECT_EQ(page[1028], 0x44); // last page = pages - 1, little endian
    EXPECT_EQ(page[1029], 0x23);
    EXPECT_EQ(page[1030], 0x01);
    EXPECT_EQ(page[1032], 0); // bad pages
}

TEST(SwapHeader, GivesItsUuidBack) {
    live::SwapUuid uuid{};
    for (std::size_t i = 0; i < uuid.size(); ++i)
        uuid[i] = static_cast<unsigned char>(i + 1);
    auto page = live::swap_header(16, uuid);
    EXPECT_EQ(page[1036], 1); // where mkswap puts it
    EXPECT_EQ(page[1051], 16);
    EXPECT_EQ(live::swap_uuid(page), uuid);
    page.back() = 0; // no swap area any more
    EXPECT_EQ(live::swap_uuid(page), live::SwapUuid{});
}

} // namespace
} // namespace netswap::guest
