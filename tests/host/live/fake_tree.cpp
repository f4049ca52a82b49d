// SPDX-License-Identifier: GPL-2.0
#include "live/fake_tree.h"

#include <cstring>
#include <filesystem>
#include <memory>

#include <fcntl.h>
#include <fmt/format.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>

#include "lib/fd.h"
#include "lib/text.h"

namespace netswap::live {

FakeTree::FakeTree() {
    write("/proc/vmstat", "nr_free_pages 1\npswpin 100\npswpout 1000\nallocstall_dma 1\n"
                          "allocstall_normal 2\npgscan_direct_throttle 7\n");
    write("/proc/net/netstat", "TcpExt: TCPTimeouts PFMemallocDrop TCPBacklogDrop\n"
                               "TcpExt: 5 3 2\n");
    write("/proc/meminfo", "MemTotal: 1000 kB\nMemAvailable: 800 kB\nSwapFree: 400 kB\n");
    write("/proc/sys/vm/min_free_kbytes", "4400\n");
    write("/proc/swaps", "Filename\t\t\t\tType\t\tSize\t\tUsed\t\tPriority\n"
                         "/dev/nbd0                               partition\t524284\t\t12288\t\t5\n"
                         "/swap\\040file                           file\t\t1024\t\t0\t\t-2\n");
    write("/proc/locks", "");
    write_zones(3000, 5000);
    write_device(0, 2048, 8192);
    write_area("swap0", 0);
    write_keeper("swap0", true);
}

void FakeTree::write(const std::string &path, const std::string &text) const {
    const std::filesystem::path file(paths.root(path));
    std::filesystem::create_directories(file.parent_path());
    if (auto ok = write_file(file, text); !ok)
        throw std::runtime_error(ok.error().message);
}

void FakeTree::remove(const std::string &path) const {
    std::filesystem::remove_all(paths.root(path));
}

void FakeTree::write_area(const std::string &name, int index, const std::string &via) const {
    std::filesystem::create_directories(paths.run());
    AreaState state;
    state.name = name;
    state.uri = "nbd://server/export";
    state.device = fmt::format("/dev/nbd{}", index);
    state.index = index;
    state.backend = "netswap:" + name;
    state.addresses = {{AF_INET, "192.0.2.1", 10809}};
    state.conns = 4;
    state.via = via;
    state.timeout_s = 10;
    state.up_since = 1'700'000'000 - 7384;
    if (auto ok = write_area_state(paths, state); !ok)
        throw std::runtime_error(ok.error().message);
    write(fmt::format("/sys/block/nbd{}/backend", index), state.backend + "\n");
}

void FakeTree::write_keeper(const std::string &name, bool held,
                            const std::function<void(LivePage &)> &change) const {
    const auto page = std::make_unique<LivePage>();
    page->magic = live_magic;
    page->version = live_version;
    page->pid = 812;
    page->state = KeeperState::watching;
    page->grant = KeeperGrant::io_flusher;
    page->locked = 1;
    page->started_ns = 1'000'000'000'000;
    page->heartbeat_ns = 4'999'500'000'000;
    page->conns = 4;
    page->conns_up = 4;
    page->reconnects = 3;
    page->attempts_failed = 2;
    page->last_recovery_ns = 210'000'000;
    page->worst_recovery_ns = 1'300'000'000;
    page->local_port[0] = 40001;
    page->recovery_ns[0] = 1'300'000'000;
    page->recovery_ns[1] = 210'000'000;
    if (change)
        change(*page);
    std::string bytes(4096, '\0');
    std::memcpy(bytes.data(), static_cast<void *>(page.get()), sizeof(LivePage));
    const auto base = "/run/netswap/" + name;
    write(base + page_ending, bytes);
    write(base + keeper_ending, "");
    struct stat about {};
    ::stat(paths.root(base + keeper_ending).c_str(), &about);
    write("/proc/locks", held
                             ? fmt::format("1: POSIX  ADVISORY  WRITE 1 00:1a:7 0 EOF\n"
                                           "2: FLOCK  ADVISORY  WRITE 812 {:02x}:{:02x}:{} 0 EOF\n",
                                           major(about.st_dev), minor(about.st_dev), about.st_ino)
                             : "");
}

void FakeTree::write_zones(std::uint64_t first, std::uint64_t second) const {
    const auto zone = [](const char *name, std::uint64_t free, std::uint64_t min) {
        return fmt::format("Node 0, zone {:>8}\n  pages free     {}\n        min      {}\n"
                           "        low      {}\n        high     {}\n        managed  {}\n",
                           name, free, min, min * 5 / 4, min * 3 / 2, min * 100);
    };
    write("/proc/zoneinfo", zone("DMA32", first, 100) + zone("Normal", second, 1000) +
                                "Node 0, zone  Movable\n  pages free     0\n        min      0\n"
                                "        low      0\n        high     0\n        managed  0\n");
}

void FakeTree::write_device(int index, std::uint64_t read_sectors,
                            std::uint64_t written_sectors) const {
    const auto base = fmt::format("/sys/block/nbd{}/", index);
    write(base + "pid", "700\n");
    write(base + "size", "1048576\n");
    write(base + "stat", fmt::format("     256 0 {} 1500 1024 0 {} 2500 0 3000 4000 0 0 0 0 0 0\n",
                                     read_sectors, written_sectors));
    write(base + "inflight", "       1        2\n");
}

void FakeTree::make_hooked() {
    for (const auto *group : {"gfp", "slab", "sock", "throttle"})
        write(std::string("/sys/kernel/memreserve/") + group, "mainline\n");
    write("/sys/kernel/memreserve/gfp", "module:gfp_memalloc\n");
    write("/sys/kernel/memreserve/refill", "module:rx_reserve\n");
    write("/sys/module/sock_memalloc/refcnt", "0\n");
    FamilyView view;
    view.policy = "mainline";
    view.emergency_pages = 256;
    view.marked_sockets = 4;
    view.mechanisms = {{"gfp_memalloc", "module:gfp_memalloc"},
                       {"rx_reserve", "module:rx_reserve"}};
    view.counters = {{"gfp_memalloc.granted", 99},
                     {"gfp_memalloc.lowest_free", 40},
                     {"reclaim_throttle.throttled", 12},
                     {"reclaim_throttle.waited_us", 1'200'000},
                     {"sock_memalloc.skb_dropped_socket", 11},
                     {"sock_memalloc.skb_dropped_protocol", 2},
                     {"gfp_memalloc.lowest_share", UINT64_MAX},
                     {"gfp_memalloc.usage_packets", 3}};
    view.sockets = {{{1, 0, AF_INET, IPPROTO_TCP, "192.0.2.9:40001", "192.0.2.1:10809", false}}};
    family.view = view;
}

} // namespace netswap::live
