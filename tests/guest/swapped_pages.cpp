// SPDX-License-Identifier: GPL-2.0
#include "swapped_pages.h"

#include <algorithm>
#include <catch2/catch.hpp>
#include <chrono>
#include <csignal>
#include <cstring>
#include <netinet/in.h>
#include <sched.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>
#include <vector>

namespace netswap::guest {

namespace {

using namespace std::chrono_literals;

constexpr auto limit = 20s;
constexpr int advice_pageout = 21; // MADV_PAGEOUT, which this C library does not name

/// A packet that was read on another CPU is freed when the one that made it receives again. Over lo
/// it may hold the very pages that nbd sent (sock_memalloc's splice), and reclaim passes them by.
void receive_on_each_cpu() {
    cpu_set_t before;
    REQUIRE(::sched_getaffinity(0, sizeof before, &before) == 0);
    const Fd socket(::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0));
    sockaddr_in nobody{};
    nobody.sin_family = AF_INET;
    nobody.sin_port = htons(9);
    nobody.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    for (int cpu = 0; cpu < CPU_SETSIZE; ++cpu) {
        if (!CPU_ISSET(cpu, &before))
            continue;
        cpu_set_t one;
        CPU_ZERO(&one);
        CPU_SET(cpu, &one);
        ::sched_setaffinity(0, sizeof one, &one);
        (void)::sendto(socket.get(), "", 0, 0, reinterpret_cast<const sockaddr *>(&nobody),
                       sizeof nobody);
    }
    ::sched_setaffinity(0, sizeof before, &before);
}

} // namespace

SwappedPages::SwappedPages(const ControlGroup &group)
    : group_(group), memory_(static_cast<char *>(::mmap(nullptr, bytes, PROT_READ | PROT_WRITE,
                                                        MAP_PRIVATE | MAP_ANONYMOUS, -1, 0))) {
    REQUIRE(memory_ != MAP_FAILED);
    group_.enter();
    for (std::size_t i = 0; i < count; ++i)
        std::memcpy(memory_ + i * page_bytes, &i, sizeof i);
    group_.leave();
}

SwappedPages::~SwappedPages() {
    ::munmap(memory_, bytes);
}

void SwappedPages::write_out() const {
    ::madvise(memory_, bytes, advice_pageout);
}

void SwappedPages::page_out() const {
    const auto end = std::chrono::steady_clock::now() + limit * patience();
    while (out() < count && std::chrono::steady_clock::now() < end) {
        write_out();
        // A page that was written stays in the swap cache until its group is short of memory.
        (void)group_.reclaim(bytes);
        ::usleep(20'000);
        receive_on_each_cpu();
    }
    REQUIRE(out() == count);
}

std::size_t pages_out(void *memory, std::size_t bytes) {
    std::vector<unsigned char> there(bytes / SwappedPages::page_bytes);
    ::mincore(memory, bytes, there.data());
    return static_cast<std::size_t>(std::count(there.begin(), there.end(), 0));
}

std::size_t SwappedPages::out() const {
    return pages_out(memory_, bytes);
}

int SwappedPages::wrong(std::size_t first, std::size_t end) const {
    int found = 0;
    for (auto i = first; i < end; ++i)
        found += std::memcmp(memory_ + i * page_bytes, &i, sizeof i) != 0 ? 1 : 0;
    return found;
}

ProcessEnd read_elsewhere(const SwappedPages &pages) {
    auto reader = Child::call([&](int) { return pages.wrong() == 0 ? 0 : 1; });
    REQUIRE(reader.has_value());
    return reader->follow(limit, [](std::string_view) {});
}

bool died_of_sigbus(const ProcessEnd &end) {
    return !end.timed_out && WIFSIGNALED(end.status) && WTERMSIG(end.status) == SIGBUS;
}

} // namespace netswap::guest
