// SPDX-License-Identifier: GPL-2.0
// What this machine is, as far as the memory for network swap depends on it.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "lib/result.h"
#include "live/link_probe.h"
#include "live/nic_facts.h"
#include "live/paths.h"
#include "live/watermarks.h"

namespace netswap::live {

/// A hooked kernel's own part (/sys/kernel/memreserve).
struct HookFacts {
    std::string policy;               ///< "mainline" or "bare"
    std::string refill;               ///< who answers for rings: "module:rx_reserve"
    std::string gfp;                  ///< who says how deep one may go
    std::int64_t emergency_pages = 0; ///< kept below every watermark
};

struct SlabFacts {
    std::string cache;
    int pages = 1;      ///< of one slab
    bool known = false; ///< read from /sys/kernel/slab or /proc/slabinfo; else assumed
};

struct MachineFacts {
    std::vector<std::string> servers; ///< that were asked about
    bool same_host = false;           ///< their addresses are this machine's
    std::vector<NicFacts> nics;

    int cpus = 1; ///< online
    std::int64_t page_bytes = 4096;
    std::vector<Zone> zones;
    std::vector<SlabFacts> slabs; ///< caches on the way of a packet

    std::int64_t min_free_kb = 0;
    std::int64_t boost_factor = 0;
    std::int64_t scale_factor = 0;
    std::int64_t user_reserve_kb = 0;
    std::string thp;                  ///< "always", "madvise", "never"; empty: not built in
    std::int64_t pageblock_pages = 0; ///< of a huge page, 0 without THP

    std::int64_t ipfrag_high = 0;      ///< bytes
    std::int64_t ip6frag_high = 0;     ///< bytes; 0 without IPv6
    std::int64_t wmem_max = 0;         ///< bytes
    std::int64_t tcp_wmem_max = 0;     ///< bytes, net.ipv4.tcp_wmem[2]
    std::int64_t tcp_rmem_default = 0; ///< bytes, net.ipv4.tcp_rmem[1]
    std::int64_t tcp_mem_max = 0;      ///< pages, net.ipv4.tcp_mem[2]
    std::int64_t backlog = 0;          ///< packets, net.core.netdev_max_backlog
    std::int64_t dev_weight = 0;       ///< packets, net.core.dev_weight

    std::optional<HookFacts> hook;

    [[nodiscard]] std::int64_t page_kb() const { return page_bytes / 1024; }
    [[nodiscard]] bool thp_on() const { return thp == "always" || thp == "madvise"; }
};

/// Reads them all. A file that is not there stands for the kernel's built-in default where that is
/// known; only zones and vm.min_free_kbytes must be there. Servers are as in nics_for().
Result<MachineFacts> read_machine_facts(const Paths &paths, LinkProbe &probe,
                                        const std::vector<std::string> &servers);

} // namespace netswap::live
