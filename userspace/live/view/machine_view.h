// SPDX-License-Identifier: GPL-2.0
// What /proc says about memory and packets on this machine.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "lib/proc_parse.h"
#include "lib/result.h"
#include "live/paths.h"

namespace netswap::live {

/// One populated zone, in pages.
struct ZoneView {
    int node = 0;
    std::string name;
    std::uint64_t free = 0;
    std::uint64_t min = 0; ///< below it only the entitled may allocate
    std::uint64_t low = 0;
    std::uint64_t managed = 0;

    /// What is left of the reserve: the free pages below the min watermark.
    [[nodiscard]] std::uint64_t reserve() const { return free < min ? free : min; }
};

/// Counters since boot.
struct MachineView {
    std::uint64_t page_bytes = 4096;
    std::uint64_t pswpin = 0;     ///< pages
    std::uint64_t pswpout = 0;    ///< pages
    std::uint64_t throttled = 0;  ///< direct reclaimers held back (pgscan_direct_throttle)
    std::uint64_t allocstall = 0; ///< direct reclaims begun
    std::vector<ZoneView> zones;
    /// Fields of TcpExt in /proc/net/netstat that this kernel has, in the order of tcp_fields.
    CounterList tcp;
    std::optional<std::uint64_t> min_free_kb;  ///< vm.min_free_kbytes
    std::optional<std::uint64_t> available_kb; ///< MemAvailable
    std::optional<std::uint64_t> swap_free_kb;

    /// Sums over the zones, in pages.
    [[nodiscard]] std::uint64_t free_pages() const;
    [[nodiscard]] std::uint64_t min_pages() const;
    [[nodiscard]] std::uint64_t reserve_pages() const;
    /// A field of `tcp`, 0 if this kernel does not have it.
    [[nodiscard]] std::uint64_t tcp_field(std::string_view name) const;
};

/// Without /proc/vmstat and /proc/zoneinfo there is nothing to say: an error that names the file.
Result<MachineView> read_machine(const Paths &paths);

} // namespace netswap::live
