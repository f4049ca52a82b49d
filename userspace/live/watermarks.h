// SPDX-License-Identifier: GPL-2.0
// Zones, their watermarks, and the arithmetic by which the kernel makes them from
// vm.min_free_kbytes. All sizes are in pages unless their name says otherwise.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "lib/result.h"

namespace netswap::live {

/// One populated zone of /proc/zoneinfo.
struct Zone {
    int node = 0;
    std::string name;
    std::int64_t free = 0;
    std::int64_t min = 0;
    std::int64_t low = 0;
    std::int64_t high = 0;
    std::int64_t managed = 0;
    /// What an allocation that could have come from zone number i must leave here besides.
    std::vector<std::int64_t> protection;

    /// Highmem and movable zones hold no memory for the kernel itself; their min is a small
    /// constant that vm.min_free_kbytes does not move.
    [[nodiscard]] bool lowmem() const { return name != "HighMem" && name != "Movable"; }
};

/// The populated zones; an error if there is none or one lacks a watermark.
Result<std::vector<Zone>> parse_zones(std::string_view zoneinfo);

std::int64_t lowmem_managed(const std::vector<Zone> &zones);

/// Sum of the min watermarks of the zones that vm.min_free_kbytes moves.
std::int64_t lowmem_min(const std::vector<Zone> &zones);

/// The min watermark that the kernel gives a zone (__setup_per_zone_wmarks).
std::int64_t zone_min(const Zone &zone, std::int64_t lowmem, std::int64_t min_free_kb,
                      std::int64_t page_kb);

/// Where a GFP_ATOMIC allocation stops in a zone with this min (__zone_watermark_ok): half of it,
/// then three quarters of the rest. Below are only callers that may ignore watermarks.
std::int64_t atomic_stop(std::int64_t min);

/// Pages that a value of vm.min_free_kbytes keeps below where GFP_ATOMIC stops, over all zones.
std::int64_t exclusive_pages(const std::vector<Zone> &zones, std::int64_t min_free_kb,
                             std::int64_t page_kb);

/// The smallest vm.min_free_kbytes, in steps of 64 KiB, whose exclusive_pages are `pages` or more.
std::int64_t min_free_for(const std::vector<Zone> &zones, std::int64_t pages, std::int64_t page_kb);

/// Does the kernel set vm.min_free_kbytes to about this by itself? That is the square root rule of
/// calculate_min_free_kbytes() and khugepaged's recommendation; `pageblock` is in pages. Both
/// depend a little on the watermarks at that time, hence "about".
bool kernel_chooses(const std::vector<Zone> &zones, std::int64_t min_free_kb, std::int64_t page_kb,
                    std::int64_t pageblock);

/// The two values above for the zones as they are now.
std::int64_t kernel_default_kb(const std::vector<Zone> &zones, std::int64_t page_kb);
std::int64_t khugepaged_kb(const std::vector<Zone> &zones, std::int64_t page_kb,
                           std::int64_t pageblock);

} // namespace netswap::live
