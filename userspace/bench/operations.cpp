// SPDX-License-Identifier: GPL-2.0
#include "bench/operations.h"

namespace netswap::bench {

std::string_view to_string(Section section) {
    return section == Section::kernel ? "kernel" : "programs";
}

const std::vector<Operation> &operations() {
    static const std::vector<Operation> all{
        {"kmem-cache", "kmem_cache_alloc() and free, the CPU's own slab"},
        {"kmem-cache-slow", "the same of 1024 objects in a row: slabs come and go"},
        {"kmalloc", "kmalloc(512) and kfree()"},
        {"page", "alloc_page() and free, the CPU's list"},
        {"page-slow", "the same of 1024 pages in a row: the list is filled and emptied"},
        {"page-order-2", "alloc_pages() of four pages and free, the CPU's list"},
        {"page-order-5", "alloc_pages() of 32 pages and free, the zone's lists"},
        {"udp-receive", "a UDP packet from the driver to a socket's queue"},
        {"udp-backlog", "the same through netif_rx() and the CPU's backlog"},
        {"udp-read", "a UDP packet read from the queue, and freed"},
        {"udp-send", "a UDP packet from a socket to the driver"},
        {"udp-forward", "a packet from one driver to another"},
        {"tcp-receive", "a TCP segment from the driver to a socket's queue"},
        {"tcp-receive-gro", "the same in a poll of the driver, put together by GRO"},
        {"tcp-read", "a TCP segment read from the queue, and freed"},
        {"page-fault", "a page of a process touched for the first time, and freed"},
        {"fork-exec", "fork, exec of a small program, its end, wait"},
        {"pipe-ping-pong", "a byte to another process and back through pipes"},
        {"unix-ping-pong", "the same through a UNIX stream socket"},
        {"udp-round-trip", "64 bytes over lo and back, UDP"},
        {"tcp-round-trip", "64 bytes over lo and back, TCP"},
        {stream_operation, "a MiB over lo, TCP"},
        {"tcp-rr", "a byte to another process and back over lo, TCP", Section::programs},
        {"udp-rr", "the same by UDP", Section::programs},
        {"tcp-stream", "a MiB to another process over lo, TCP, 16 KiB at a time",
         Section::programs},
        {"udp-stream", "the same by UDP, 1 KiB at a time", Section::programs},
        {"hackbench-pipes", "hackbench: 2 groups, 5000 messages through pipes", Section::programs},
        {"hackbench-sockets", "the same through UNIX sockets", Section::programs},
        {"compile", "24 small C files, a compiler's process each, and a link", Section::programs},
    };
    return all;
}

} // namespace netswap::bench
