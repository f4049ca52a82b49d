// SPDX-License-Identifier: GPL-2.0
// The first page of a swap area, as mkswap writes it.
#pragma once

#include <array>
#include <cstdint>

namespace netswap::live {

inline constexpr std::size_t swap_page_bytes = 4096;

/// `pages` is the size of the area with this header page; the kernel wants at least 10.
inline std::array<unsigned char, swap_page_bytes> swap_header(std::uint32_t pages) {
    constexpr std::size_t info = 1024; // the first sectors are left to boot loaders
    constexpr char magic[] = "SWAPSPACE2";
    constexpr std::size_t magic_bytes = sizeof magic - 1;
    std::array<unsigned char, swap_page_bytes> page{};
    const auto put = [&page](std::size_t at, std::uint32_t value) {
        for (int i = 0; i < 4; ++i)
            page[at + static_cast<std::size_t>(i)] = static_cast<unsigned char>(value >> (8 * i));
    };
    put(info, 1);             // version
    put(info + 4, pages - 1); // last page
    put(info + 8, 0);         // bad pages
    for (std::size_t i = 0; i < magic_bytes; ++i)
        page[swap_page_bytes - magic_bytes + i] = static_cast<unsigned char>(magic[i]);
    return page;
}

} // namespace netswap::live
