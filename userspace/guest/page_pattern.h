// SPDX-License-Identifier: GPL-2.0
// The pattern that proves every page came back from swap as it was written.
//
// A page holds one 8-byte word in each of its 64 cache lines and one more in
// its last 8 bytes. Each word depends on the seed of the run, the worker, the
// page and the pass, so a stale, swapped or torn page cannot pass for another.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>

namespace netswap::guest {

inline constexpr std::size_t page_bytes = 4096;

struct PageKey {
    std::uint64_t seed = 0;
    std::uint32_t worker = 0;
    std::uint32_t pass = 0;
    std::uint64_t page = 0;
};

/// The first word of a page that is not what was written there.
struct PageMismatch {
    std::uint32_t offset = 0; ///< bytes from the start of the page
    std::uint64_t expected = 0;
    std::uint64_t found = 0;
};

namespace detail {

inline constexpr std::size_t line_bytes = 64;
inline constexpr std::size_t lines = page_bytes / line_bytes;
inline constexpr std::uint64_t odd_step = 0x9e3779b97f4a7c15ULL;

/// Bijective mixer: no two inputs share an output.
constexpr std::uint64_t mix(std::uint64_t x) {
    x ^= x >> 32;
    x *= 0xd6e8feb86659fd93ULL;
    x ^= x >> 32;
    x *= 0xd6e8feb86659fd93ULL;
    x ^= x >> 32;
    return x;
}

constexpr std::uint64_t page_base(const PageKey &key) {
    const std::uint64_t who = (std::uint64_t{key.worker} << 32) | key.pass;
    return mix(mix(mix(key.seed) ^ who) ^ key.page);
}

constexpr std::size_t slot_offset(std::size_t slot) {
    return slot < lines ? slot * line_bytes : page_bytes - sizeof(std::uint64_t);
}

} // namespace detail

inline constexpr std::size_t words_per_page = detail::lines + 1;

/// Writes the pattern into the page at `page` (8-byte aligned, page_bytes long).
inline void fill_page(void *page, const PageKey &key) {
    auto *bytes = static_cast<unsigned char *>(page);
    std::uint64_t word = detail::page_base(key);
    for (std::size_t slot = 0; slot < words_per_page; ++slot, word += detail::odd_step)
        std::memcpy(bytes + detail::slot_offset(slot), &word, sizeof word);
}

/// Checks every word; true if all are right, else `bad` names the first that is not.
inline bool check_page(const void *page, const PageKey &key, PageMismatch &bad) {
    const auto *bytes = static_cast<const unsigned char *>(page);
    std::uint64_t word = detail::page_base(key);
    for (std::size_t slot = 0; slot < words_per_page; ++slot, word += detail::odd_step) {
        std::uint64_t found;
        std::memcpy(&found, bytes + detail::slot_offset(slot), sizeof found);
        if (found != word) {
            bad = {static_cast<std::uint32_t>(detail::slot_offset(slot)), word, found};
            return false;
        }
    }
    return true;
}

} // namespace netswap::guest
