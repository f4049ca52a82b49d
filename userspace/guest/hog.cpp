// SPDX-License-Identifier: GPL-2.0
// netswap-hog MIB: a service whose memory does not fit. It fills MIB of memory, then checks and
// rewrites it over and over. When told to end it reads all of it once more, as a service does that
// saves its state. It is part of the guest with systemd. Exit code: 0 every page was right.
#include <csignal>
#include <cstdio>
#include <cstdlib>

#include <sys/mman.h>

#include "guest/page_pattern.h"

namespace {

using namespace netswap::guest;

volatile std::sig_atomic_t told_to_end = 0;

int complain(std::uint64_t page, const PageMismatch &bad) {
    std::fprintf(stderr, "netswap-hog: page %llu, byte %u: %llx instead of %llx\n",
                 static_cast<unsigned long long>(page), bad.offset,
                 static_cast<unsigned long long>(bad.found),
                 static_cast<unsigned long long>(bad.expected));
    return 1;
}

} // namespace

int main(int argc, char **argv) {
    const auto mib = argc == 2 ? std::strtoull(argv[1], nullptr, 10) : 0;
    if (mib == 0) {
        std::fprintf(stderr, "usage: netswap-hog MIB\n");
        return 2;
    }
    std::signal(SIGTERM, [](int) { told_to_end = 1; });
    const std::uint64_t pages = (mib << 20) / page_bytes;
    void *memory = ::mmap(nullptr, pages * page_bytes, PROT_READ | PROT_WRITE,
                          MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (memory == MAP_FAILED) {
        std::perror("netswap-hog: mmap");
        return 2;
    }
    const auto at = [&](std::uint64_t page) {
        return static_cast<unsigned char *>(memory) + page * page_bytes;
    };

    std::uint32_t pass = 0;
    PageMismatch bad;
    for (std::uint64_t page = 0; page < pages; ++page)
        fill_page(at(page), {.page = page});
    while (!told_to_end) {
        ++pass;
        for (std::uint64_t page = 0; page < pages; ++page) {
            if (!check_page(at(page), {.pass = pass - 1, .page = page}, bad))
                return complain(page, bad);
            fill_page(at(page), {.pass = pass, .page = page});
        }
    }
    for (std::uint64_t page = 0; page < pages; ++page)
        if (!check_page(at(page), {.pass = pass, .page = page}, bad))
            return complain(page, bad);
    std::fprintf(stderr, "netswap-hog: all %llu pages are right after %u passes\n",
                 static_cast<unsigned long long>(pages), pass);
    return 0;
}
