// SPDX-License-Identifier: GPL-2.0
#include "live/reserve_terms.h"

#include <algorithm>
#include <limits>

#include <fmt/format.h>

namespace netswap::live {

namespace {

/// An skb's head and the data of a small packet: sk_buff 256, data with its shared info 1024.
constexpr std::int64_t small_packet = 256 + 1024;
/// nbd_dev_add(): blk_mq_tag_set.queue_depth, of one hardware queue for each connection.
constexpr std::int64_t nbd_depth = 128;
/// BLK_DEF_MAX_SECTORS_CAP: the largest request the block layer makes by itself.
constexpr std::int64_t largest_request = 1280 << 10;
/// PAGE_FRAG_CACHE_MAX_SIZE and SKB_FRAG_PAGE_ORDER.
constexpr std::int64_t frag_bytes = 32 << 10;
/// Zijlstra's TX_RESERVE_PAGES.
constexpr std::int64_t two_windows = 2 * (64 << 10);
/// A packet of 64 KiB in segments of an ordinary MSS.
constexpr std::int64_t gso_segments = 46;
/// Memory in reassembly is counted up to this part of the machine's.
constexpr std::int64_t reassembly_fraction = 64;
constexpr std::int64_t keeper_pages = 16, keeper_pages_each = 4;

struct Sizes {
    std::int64_t page;
    std::int64_t conns;
    [[nodiscard]] std::int64_t pages(std::int64_t bytes) const { return (bytes + page - 1) / page; }
};

ReserveTerm ring_term(const NicFacts &nic, const Sizes &sizes) {
    const auto pages = sizes.pages(nic.queues * nic.ring * nic.buffer);
    return {"rx-ring " + nic.name,
            pages,
            pages,
            true,
            fmt::format("{} queue{} ({}) x {} buffers ({}) x {} bytes: {}", nic.queues,
                        nic.queues == 1 ? "" : "s", nic.queues_from, nic.ring, nic.ring_from,
                        nic.buffer, nic.buffer_why),
            fmt::format("the {} driver's refill, all of a ring before a packet is freed; Zijlstra "
                        "v12 \"SKB data\"",
                        nic.driver.empty() ? "unknown" : nic.driver)};
}

ReserveTerm cpu_term(const MachineFacts &facts, const Sizes &sizes) {
    const auto each = sizes.pages(2 * frag_bytes + facts.dev_weight * small_packet);
    return {"per-cpu receive",
            facts.cpus * each,
            facts.cpus * each,
            true,
            fmt::format("{} CPUs x {} pages: two fragment caches of 32 KiB, {} packets a poll x {} "
                        "bytes of head and data",
                        facts.cpus, each, facts.dev_weight, small_packet),
            "napi_alloc_cache, netdev_alloc_cache (net/core/skbuff.c), net.core.dev_weight"};
}

ReserveTerm slab_term(const MachineFacts &facts) {
    std::int64_t each = 0;
    std::string list;
    bool known = true;
    for (const auto &slab : facts.slabs) {
        each += slab.pages;
        known = known && slab.known;
        list += fmt::format("{}{} {}", list.empty() ? "" : ", ", slab.cache, slab.pages);
    }
    const auto caches = static_cast<std::int64_t>(facts.slabs.size());
    return {"slab remainders",
            facts.cpus * each,
            facts.cpus * caches,
            false,
            fmt::format("{} CPUs x one slab begun in each cache ({}){}", facts.cpus, list,
                        known ? "" : ", 8 pages where the kernel does not say"),
            "Zijlstra's kmem_alloc_estimate(); allocate_slab() tries the large order first"};
}

ReserveTerm backlog_term(const MachineFacts &facts, const Sizes &sizes) {
    std::int64_t buffer = 0;
    for (const auto &nic : facts.nics)
        if (nic.rps)
            buffer = std::max(buffer, std::min(nic.buffer, sizes.page));
    const auto pages = sizes.pages(facts.cpus * facts.backlog * (buffer + small_packet));
    return {"rps backlog",
            pages,
            0,
            true,
            fmt::format("{} CPUs x {} packets (net.core.netdev_max_backlog) x {} bytes: RPS is on",
                        facts.cpus, facts.backlog, buffer + small_packet),
            "enqueue_to_backlog() counts packets, not memory"};
}

ReserveTerm transmit_term(const MachineFacts &facts, const Sizes &sizes) {
    const auto least = sizes.conns * sizes.pages(two_windows);
    const std::string source = "sk_stream_memory_free(), sk_page_frag_refill(); nbd copies what it "
                               "sends (MSG_SPLICE_PAGES would not)";
    if (transmit_is_bounded(facts))
        return {"transmit",
                least,
                least,
                false,
                fmt::format("{} x two windows of 64 KiB: gfp_memalloc keeps receive's share from "
                            "transmit, which then waits",
                            sizes.conns),
                "Zijlstra's TX_RESERVE_PAGES"};
    const auto buffer = std::min(facts.tcp_wmem_max, nbd_depth * largest_request);
    const auto begun = sizes.pages(frag_bytes);
    const auto all = sizes.conns * sizes.pages(buffer);
    const auto most =
        facts.tcp_mem_max > 0 ? facts.tcp_mem_max : std::numeric_limits<std::int64_t>::max();
    auto how = fmt::format("{} x (send buffer {} KiB (net.ipv4.tcp_wmem[2]) + {} pages begun): "
                           "copies and headers of {} requests in flight are bounded by it",
                           sizes.conns, buffer / 1024, begun, nbd_depth);
    if (all > most)
        how += fmt::format("; all sockets by {} pages (net.ipv4.tcp_mem[2])", most);
    return {"transmit", std::max(least, std::min(all, most) + sizes.conns * begun),
            least,      false,
            how,        source};
}

ReserveTerm segment_term(const Sizes &sizes) {
    const auto each = sizes.pages(gso_segments * small_packet);
    return {"segments",
            sizes.conns * each,
            0,
            false,
            fmt::format("{} x {} heads of {} bytes: a card without TSO, one packet of 64 KiB at a "
                        "time",
                        sizes.conns, gso_segments, small_packet),
            "skb_segment()"};
}

ReserveTerm ack_term(const Sizes &sizes) {
    const auto each = sizes.pages(2 * nbd_depth * small_packet);
    return {"acks and replies",
            sizes.conns * each,
            sizes.conns,
            true,
            fmt::format("{} x {} packets x {} bytes: an ACK and a reply for each of {} requests, "
                        "held until the socket is known and free",
                        sizes.conns, 2 * nbd_depth, small_packet, nbd_depth),
            "sk_filter_trim_cap(), sk_add_backlog(); Gorman 2012 patches 8 to 12"};
}

ReserveTerm queue_term(const MachineFacts &facts, const Sizes &sizes) {
    const auto each = sizes.pages(facts.tcp_rmem_default);
    return {"receive queue",
            sizes.conns * each,
            0,
            true,
            fmt::format("{} x {} KiB (net.ipv4.tcp_rmem[1]) of pages read back; nbd's worker takes "
                        "them as they come, so no window's worth (tcp_rmem[2]) is counted",
                        sizes.conns, facts.tcp_rmem_default / 1024),
            "tcp_try_rmem_schedule(), recv_work() of nbd"};
}

ReserveTerm neighbour_term(const MachineFacts &facts) {
    const auto nics = std::max<std::int64_t>(1, static_cast<std::int64_t>(facts.nics.size()));
    const auto pages = 2 * nics + facts.cpus;
    return {
        "neighbours, routes",
        pages,
        pages,
        true,
        fmt::format("2 pages for each card ({}): entry, question and answer; 1 page of routes for "
                    "each CPU ({})",
                    nics, facts.cpus),
        "neigh_create(), dst_alloc(); Zijlstra v16's route cache, gone since 3.6"};
}

ReserveTerm reassembly_term(const MachineFacts &facts, const Sizes &sizes) {
    const auto all = sizes.pages(facts.ipfrag_high + facts.ip6frag_high);
    const auto most = lowmem_managed(facts.zones) / reassembly_fraction;
    auto how = fmt::format("{} KiB (net.ipv4.ipfrag_high_thresh) + {} KiB "
                           "(net.ipv6.ip6frag_high_thresh)",
                           facts.ipfrag_high / 1024, facts.ip6frag_high / 1024);
    if (all > most)
        how += fmt::format(" would be {} pages; counted up to 1/{} of memory", all,
                           reassembly_fraction);
    return {"reassembly",
            std::min(all, most),
            0,
            true,
            how,
            "inet_frag_alloc(); fragments hold reserve pages without a socket (Zijlstra v12 INET "
            "reserves, Brown 2008)"};
}

ReserveTerm request_term(const Sizes &sizes) {
    return {"nbd requests",
            0,
            0,
            false,
            fmt::format("{} x {} requests are allocated when the device connects, bios wait for "
                        "their mempool: nothing from the reserve",
                        sizes.conns, nbd_depth),
            "nbd_dev_add(), bio_alloc_bioset()"};
}

ReserveTerm keeper_term(const Sizes &sizes) {
    const auto pages = keeper_pages + keeper_pages_each * sizes.conns;
    return {
        "keeper",
        pages,
        pages,
        false,
        fmt::format("{} pages of netlink messages and page tables + {} x {} for a new socket, "
                    "its inode, file and handshake",
                    keeper_pages, sizes.conns, keeper_pages_each),
        "netswapd's reconnection (NBD_CMD_RECONFIGURE); Zijlstra's ISCSI_NETLINK_RESERVE_PAGES"};
}

} // namespace

bool transmit_is_bounded(const MachineFacts &facts) {
    return facts.hook && facts.hook->gfp == "module:gfp_memalloc";
}

std::vector<ReserveTerm> reserve_terms(const MachineFacts &facts, int conns) {
    const Sizes sizes{facts.page_bytes, std::max(1, conns)};
    const auto any = [&](auto predicate) {
        return std::any_of(facts.nics.begin(), facts.nics.end(), predicate);
    };
    std::vector<ReserveTerm> terms;
    for (const auto &nic : facts.nics)
        terms.push_back(ring_term(nic, sizes));
    terms.push_back(cpu_term(facts, sizes));
    if (any([](const NicFacts &nic) { return nic.rps; }))
        terms.push_back(backlog_term(facts, sizes));
    terms.push_back(ack_term(sizes));
    terms.push_back(queue_term(facts, sizes));
    terms.push_back(neighbour_term(facts));
    terms.push_back(reassembly_term(facts, sizes));
    terms.push_back(transmit_term(facts, sizes));
    if (any([](const NicFacts &nic) { return nic.tso == false; }))
        terms.push_back(segment_term(sizes));
    terms.push_back(request_term(sizes));
    terms.push_back(slab_term(facts));
    terms.push_back(keeper_term(sizes));
    return terms;
}

} // namespace netswap::live
