// SPDX-License-Identifier: GPL-2.0
#include "live/watermarks.h"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "lib/text.h"

namespace netswap::live {

namespace {

constexpr std::int64_t step_kb = 64;
/// Limits of calculate_min_free_kbytes().
constexpr std::int64_t default_least_kb = 128, default_most_kb = 262144;
/// set_recommended_min_free_kbytes(): two pageblocks, and one for each pair of the three
/// migration types, in each zone; at most this part of memory.
constexpr std::int64_t thp_blocks = 2 + 3 * 3, thp_fraction = 20;

/// The number at the start of `text`, behind blanks.
std::int64_t leading_number(std::string_view text) {
    text = trim(text);
    return parse_number(text.substr(0, text.find_first_not_of("0123456789"))).value_or(-1);
}

bool starts_with(std::string_view text, std::string_view with) {
    return text.substr(0, with.size()) == with;
}

void read_field(Zone &zone, std::string_view line) {
    const auto text = trim(line);
    const auto take = [&](std::string_view key, std::int64_t &field) {
        if (field < 0 && starts_with(text, key) && text.size() > key.size() &&
            text[key.size()] == ' ')
            field = leading_number(text.substr(key.size()));
    };
    take("pages free", zone.free);
    take("min", zone.min);
    take("low", zone.low);
    take("high", zone.high);
    take("managed", zone.managed);
    if (zone.protection.empty() && starts_with(text, "protection:")) {
        auto list = text.substr(text.find('(') == text.npos ? text.size() : text.find('(') + 1);
        list = list.substr(0, list.find(')'));
        for (const auto part : split(list, ','))
            zone.protection.push_back(parse_number(trim(part)).value_or(0));
    }
}

/// nr_free_buffer_pages(): what lowmem holds above the high watermarks.
std::int64_t free_buffer_pages(const std::vector<Zone> &zones) {
    std::int64_t sum = 0;
    for (const auto &zone : zones)
        if (zone.lowmem())
            sum += std::max<std::int64_t>(0, zone.managed - zone.high);
    return sum;
}

std::int64_t default_kb(std::int64_t pages, std::int64_t page_kb) {
    const auto root =
        static_cast<std::int64_t>(std::sqrt(static_cast<double>(pages * page_kb * 16)));
    return std::clamp(root, default_least_kb, default_most_kb);
}

std::int64_t thp_kb(const std::vector<Zone> &zones, std::int64_t pages, std::int64_t page_kb,
                    std::int64_t pageblock) {
    const auto count =
        std::count_if(zones.begin(), zones.end(), [](const Zone &zone) { return zone.lowmem(); });
    return std::min(pageblock * thp_blocks * count, pages / thp_fraction) * page_kb;
}

} // namespace

Result<std::vector<Zone>> parse_zones(std::string_view zoneinfo) {
    std::vector<Zone> zones;
    for (const auto line : split(zoneinfo, '\n')) {
        if (starts_with(line, "Node ")) {
            const auto at = line.find("zone");
            Zone zone;
            zone.node = static_cast<int>(leading_number(line.substr(5)));
            zone.name = at == line.npos ? "" : std::string(trim(line.substr(at + 4)));
            zone.free = zone.min = zone.low = zone.high = zone.managed = -1;
            zones.push_back(std::move(zone));
        } else if (!zones.empty()) {
            read_field(zones.back(), line);
        }
    }
    std::erase_if(zones, [](const Zone &zone) { return zone.managed == 0; });
    for (const auto &zone : zones)
        if (zone.name.empty() || zone.managed < 0 || zone.free < 0 || zone.min < 0 ||
            zone.low < 0 || zone.high < 0)
            return fail("/proc/zoneinfo: zone '" + zone.name + "' lacks a level");
    if (zones.empty())
        return fail("/proc/zoneinfo: no zone in it; is /proc mounted?", exit_host);
    return zones;
}

std::int64_t lowmem_managed(const std::vector<Zone> &zones) {
    std::int64_t sum = 0;
    for (const auto &zone : zones)
        sum += zone.lowmem() ? zone.managed : 0;
    return sum;
}

std::int64_t lowmem_min(const std::vector<Zone> &zones) {
    std::int64_t sum = 0;
    for (const auto &zone : zones)
        sum += zone.lowmem() ? zone.min : 0;
    return sum;
}

std::int64_t zone_min(const Zone &zone, std::int64_t lowmem, std::int64_t min_free_kb,
                      std::int64_t page_kb) {
    if (!zone.lowmem())
        return std::clamp<std::int64_t>(zone.managed / 1024, 32, 128);
    return lowmem > 0 ? min_free_kb / page_kb * zone.managed / lowmem : 0;
}

std::int64_t atomic_stop(std::int64_t min) {
    min -= min / 2;
    return min - min / 4;
}

std::int64_t exclusive_pages(const std::vector<Zone> &zones, std::int64_t min_free_kb,
                             std::int64_t page_kb) {
    const auto lowmem = lowmem_managed(zones);
    std::int64_t sum = 0;
    for (const auto &zone : zones)
        if (zone.lowmem())
            sum += atomic_stop(zone_min(zone, lowmem, min_free_kb, page_kb));
    return sum;
}

std::int64_t min_free_for(const std::vector<Zone> &zones, std::int64_t pages,
                          std::int64_t page_kb) {
    if (pages <= 0 || lowmem_managed(zones) <= 0)
        return 0;
    // Never less than without rounding; each zone then loses a page at most.
    auto kb = pages * page_kb * 8 / 3 / step_kb * step_kb;
    while (exclusive_pages(zones, kb, page_kb) >= pages && kb >= step_kb)
        kb -= step_kb;
    while (exclusive_pages(zones, kb, page_kb) < pages)
        kb += step_kb;
    return kb;
}

std::int64_t kernel_default_kb(const std::vector<Zone> &zones, std::int64_t page_kb) {
    return default_kb(free_buffer_pages(zones), page_kb);
}

std::int64_t khugepaged_kb(const std::vector<Zone> &zones, std::int64_t page_kb,
                           std::int64_t pageblock) {
    return thp_kb(zones, free_buffer_pages(zones), page_kb, pageblock);
}

bool kernel_chooses(const std::vector<Zone> &zones, std::int64_t min_free_kb, std::int64_t page_kb,
                    std::int64_t pageblock) {
    // At that time the high watermarks may have kept up to a quarter of memory out of the sum.
    const auto most = lowmem_managed(zones);
    const auto least = most / 4 * 3;
    const auto between = [&](std::int64_t low, std::int64_t high) {
        return low <= min_free_kb && min_free_kb <= high;
    };
    return between(default_kb(least, page_kb), default_kb(most, page_kb)) ||
           between(thp_kb(zones, least, page_kb, pageblock),
                   thp_kb(zones, most, page_kb, pageblock));
}

} // namespace netswap::live
