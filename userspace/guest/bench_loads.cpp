// SPDX-License-Identifier: GPL-2.0
#include "guest/bench_loads.h"

#include "guest/bench_ends.h"
#include "guest/bench_partners.h"
#include "guest/bench_programs.h"

#include <algorithm>
#include <cerrno>
#include <poll.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

namespace netswap::guest {
namespace {

constexpr std::size_t piece = 64 << 10;
constexpr std::size_t stream_bytes = 1 << 20;
constexpr int rounds = 50;
constexpr std::size_t fault_pages = 256;
constexpr std::size_t page_bytes = 4096;
constexpr const char *tiny_program = "/bin/busybox";

/// What `transfer` returns, which does not wait. Packets are on their way from one end to the other
/// at once, but Linux 6.1 may leave some to ksoftirqd, which then needs the CPU.
template <class Transfer>
ssize_t soon(int socket, short event, Transfer &&transfer) {
    for (;;) {
        const ssize_t done = transfer();
        pollfd wanted{socket, event, 0};
        if (done > 0 || errno != EAGAIN || ::poll(&wanted, 1, 1000) != 1)
            return done;
    }
}

/// `bytes` go in at one end and come out at the other: what was taken is read before more is sent.
Result<void> carry(int from, int to, std::vector<char> &buffer, std::size_t bytes) {
    while (bytes > 0) {
        const auto put = soon(from, POLLOUT, [&] {
            return ::send(from, buffer.data(), std::min(bytes, buffer.size()), MSG_DONTWAIT);
        });
        if (put <= 0)
            return os_error("sending");
        for (ssize_t got = 0; got < put;) {
            const auto some = soon(
                to, POLLIN, [&] { return ::recv(to, buffer.data(), buffer.size(), MSG_DONTWAIT); });
            if (some <= 0)
                return os_error("receiving");
            got += some;
        }
        bytes -= static_cast<std::size_t>(put);
    }
    return {};
}

Load round_trips(const SharedEnds &ends, std::size_t bytes) {
    return [ends, bytes, buffer = std::vector<char>(bytes)]() mutable -> Result<void> {
        for (int i = 0; i < rounds; ++i) {
            if (auto done = carry(ends->first.get(), ends->second.get(), buffer, bytes); !done)
                return done;
            if (auto done = carry(ends->second.get(), ends->first.get(), buffer, bytes); !done)
                return done;
        }
        return {};
    };
}

Load stream(const SharedEnds &ends) {
    return [ends, buffer = std::vector<char>(piece)]() mutable -> Result<void> {
        return carry(ends->first.get(), ends->second.get(), buffer, stream_bytes);
    };
}

Result<void> fork_exec_wait() {
    const pid_t child = ::fork();
    if (child < 0)
        return os_error("fork");
    if (child == 0) {
        ::execl(tiny_program, "true", nullptr);
        ::_exit(127);
    }
    int status = 0;
    if (::waitpid(child, &status, 0) != child || status != 0)
        return fail(std::string(tiny_program) + " true did not run");
    return {};
}

/// Memory touched for the first time, and given back.
Result<void> touch_memory() {
    constexpr std::size_t bytes = fault_pages * page_bytes;
    void *memory =
        ::mmap(nullptr, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (memory == MAP_FAILED)
        return os_error("mmap");
    for (std::size_t at = 0; at < bytes; at += page_bytes)
        static_cast<volatile char *>(memory)[at] = 1;
    ::munmap(memory, bytes);
    return {};
}

} // namespace

Result<std::vector<NamedLoad>> make_loads() {
    std::vector<NamedLoad> loads;
    loads.push_back({"page-fault", fault_pages, touch_memory});
    loads.push_back({"fork-exec", 1, fork_exec_wait});
    const auto add_all = [&](const Result<std::vector<NamedLoad>> &more) -> Result<void> {
        if (!more)
            return tl::unexpected(more.error());
        loads.insert(loads.end(), more->begin(), more->end());
        return {};
    };
    const auto add = [&](auto &&...load) { return add_load(loads, load...); };
    const auto small = [](const SharedEnds &ends) { return round_trips(ends, 64); };
    for (const auto &done : {
             add_all(ping_pong_loads()),
             add("udp-round-trip", rounds, udp_ends(), small),
             add("tcp-round-trip", rounds, tcp_ends(), small),
             add("tcp-stream-mib", 1, tcp_ends(), stream),
             add_all(network_loads()),
             add_all(program_loads()),
         })
        if (!done)
            return tl::unexpected(done.error());
    return loads;
}

} // namespace netswap::guest
