// SPDX-License-Identifier: GPL-2.0
// The first page of a swap area, as mkswap writes it.
#pragma once

#include <algorithm>
#include <array>
#include <cstdint>
#include <string_view>

namespace netswap::live {

inline constexpr std::size_t swap_page_bytes = 4096;

using SwapPage = std::array<unsigned char, swap_page_bytes>;
using SwapUuid = std::array<unsigned char, 16>; ///< all zero: none

namespace swap_layout {

inline constexpr std::string_view magic = "SWAPSPACE2"; // at the end of the page
inline constexpr std::size_t info = 1024; // the first sectors are left to boot loaders
inline constexpr std::size_t uuid = info + 12;

} // namespace swap_layout

/// `pages` is the size of the area with this header page; the kernel wants at least 10.
inline SwapPage swap_header(std::uint32_t pages, const SwapUuid &uuid = {}) {
    using namespace swap_layout;
    SwapPage page{};
    const auto put = [&page](std::size_t at, std::uint32_t value) {
        for (int i = 0; i < 4; ++i)
            page[at + static_cast<std::size_t>(i)] = static_cast<unsigned char>(value >> (8 * i));
    };
    put(info, 1);             // version
    put(info + 4, pages - 1); // last page
    put(info + 8, 0);         // bad pages
    std::copy(uuid.begin(), uuid.end(), page.begin() + swap_layout::uuid);
    std::copy(magic.begin(), magic.end(), page.end() - magic.size());
    return page;
}

/// Of the swap area that begins with this page; none if no area does, or it has no UUID.
inline SwapUuid swap_uuid(const SwapPage &page) {
    using namespace swap_layout;
    SwapUuid found{};
    if (std::equal(magic.begin(), magic.end(), page.end() - magic.size()))
        std::copy_n(page.begin() + swap_layout::uuid, found.size(), found.begin());
    return found;
}

} // namespace netswap::live
