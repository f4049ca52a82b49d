// SPDX-License-Identifier: GPL-2.0
// Parsers for the counter files of /proc. Text in, numbers out: no file is
// opened here and nothing is allocated unless a function returns a container,
// so a sampling loop may call them under memory pressure.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace netswap {

/// The part of /proc/vmstat that a storm watches. Pages and events since boot.
struct VmCounters {
    std::uint64_t pswpin = 0;
    std::uint64_t pswpout = 0;
    std::uint64_t throttle = 0;   ///< pgscan_direct_throttle
    std::uint64_t allocstall = 0; ///< sum over zones
};

/// One populated zone of /proc/zoneinfo, in pages.
struct ZoneSample {
    int node = 0;
    std::array<char, 16> name{}; ///< zero-terminated
    std::uint64_t free = 0;
    std::uint64_t min = 0;
    std::uint64_t low = 0;
    std::uint64_t high = 0;
    std::uint64_t managed = 0;
};

struct ZoneTable {
    static constexpr std::size_t capacity = 16;
    std::array<ZoneSample, capacity> zones{};
    std::size_t count = 0;

    [[nodiscard]] std::uint64_t sum(std::uint64_t ZoneSample::*field) const;
};

using CounterList = std::vector<std::pair<std::string, std::uint64_t>>;

/// False if pswpin or pswpout is missing: then this is not /proc/vmstat.
bool parse_vmstat(std::string_view text, VmCounters &out);

/// Fills `out` with the populated zones (managed pages > 0); false if there is none
/// or a zone lacks a watermark. Zones beyond the capacity are ignored.
bool parse_zoneinfo(std::string_view text, ZoneTable &out);

/// A field of /proc/net/netstat or /proc/net/snmp: a line of names, then one of
/// values, both beginning with "<group>:".
std::optional<std::uint64_t> parse_netstat(std::string_view text, std::string_view group,
                                           std::string_view field);

/// The number after "<key>:" in /proc/meminfo style text, in the unit of the file (kB).
std::optional<std::uint64_t> parse_meminfo(std::string_view text, std::string_view key);

/// The words of a line, separated by any number of blanks (allocates).
std::vector<std::string_view> proc_words(std::string_view line);

/// A name as the kernel writes it, with a blank as "\040" and the like, as it is (allocates).
std::string proc_unescape(std::string_view path);

/// All "name value" lines, in the order of the file (allocates).
CounterList parse_counters(std::string_view text);

/// The word in brackets of a sysfs choice ("always madvise [never]"), or the trimmed text.
std::string_view parse_choice(std::string_view text);

} // namespace netswap
