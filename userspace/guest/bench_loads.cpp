// SPDX-License-Identifier: GPL-2.0
#include "guest/bench_loads.h"

#include <algorithm>
#include <netinet/in.h>
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

/// Two ends of a connection or a pipe; shared, because a load is copied.
struct Ends {
    Fd first;
    Fd second;
};
using SharedEnds = std::shared_ptr<Ends>;

Result<Fd> bound_socket(int type) {
    Fd fd(::socket(AF_INET, type | SOCK_CLOEXEC, 0));
    sockaddr_in here{};
    here.sin_family = AF_INET;
    here.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    if (!fd.valid() || ::bind(fd.get(), reinterpret_cast<sockaddr *>(&here), sizeof here) != 0)
        return os_error("binding a socket to lo");
    return fd;
}

Result<void> connect_to(const Fd &from, const Fd &to) {
    sockaddr_in name{};
    socklen_t size = sizeof name;
    if (::getsockname(to.get(), reinterpret_cast<sockaddr *>(&name), &size) != 0 ||
        ::connect(from.get(), reinterpret_cast<sockaddr *>(&name), size) != 0)
        return os_error("connecting over lo");
    return {};
}

Result<SharedEnds> tcp_ends() {
    const auto listener = bound_socket(SOCK_STREAM);
    if (!listener || ::listen(listener->get(), 1) != 0)
        return os_error("listening on lo");
    auto ends = std::make_shared<Ends>();
    ends->first = Fd(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
    if (auto done = connect_to(ends->first, *listener); !done)
        return tl::unexpected(done.error());
    ends->second = Fd(::accept4(listener->get(), nullptr, nullptr, SOCK_CLOEXEC));
    if (!ends->second.valid())
        return os_error("accepting over lo");
    return ends;
}

Result<SharedEnds> udp_ends() {
    auto first = bound_socket(SOCK_DGRAM), second = bound_socket(SOCK_DGRAM);
    if (!first || !second)
        return tl::unexpected((first ? second : first).error());
    for (const auto &[from, to] : {std::pair(&*first, &*second), std::pair(&*second, &*first)})
        if (auto done = connect_to(*from, *to); !done)
            return tl::unexpected(done.error());
    return std::make_shared<Ends>(Ends{std::move(*first), std::move(*second)});
}

/// `bytes` go in at one end and come out at the other. Nobody waits: what was taken is read before
/// more is sent.
Result<void> carry(int from, int to, std::vector<char> &buffer, std::size_t bytes) {
    while (bytes > 0) {
        const auto put = ::send(from, buffer.data(), std::min(bytes, buffer.size()), MSG_DONTWAIT);
        if (put <= 0)
            return os_error("sending");
        for (ssize_t got = 0; got < put;) {
            const auto some = ::recv(to, buffer.data(), buffer.size(), MSG_DONTWAIT);
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

/// A process that gives back each byte it gets, until there is nobody else at the other end.
Result<SharedEnds> echo_process(int here_out, int there_in, int there_out, int here_in) {
    auto ends = std::make_shared<Ends>();
    const pid_t child = ::fork();
    if (child < 0)
        return os_error("fork");
    if (child == 0) {
        ::close(here_out);
        ::close(here_in);
        char byte;
        while (::read(there_in, &byte, 1) == 1 && ::write(there_out, &byte, 1) == 1)
            ;
        ::_exit(0);
    }
    ::close(there_in);
    if (there_out != there_in)
        ::close(there_out);
    ends->first = Fd(here_out);
    ends->second = Fd(here_out == here_in ? ::dup(here_in) : here_in);
    return ends;
}

Result<SharedEnds> pipe_partner() {
    int there[2], back[2];
    if (::pipe(there) != 0 || ::pipe(back) != 0)
        return os_error("pipe");
    return echo_process(there[1], there[0], back[1], back[0]);
}

Result<SharedEnds> unix_partner() {
    int pair[2];
    if (::socketpair(AF_UNIX, SOCK_STREAM, 0, pair) != 0)
        return os_error("socketpair");
    return echo_process(pair[0], pair[1], pair[1], pair[0]);
}

/// Two processes that wake each other.
Load ping_pong(const SharedEnds &ends) {
    return [ends]() -> Result<void> {
        char byte = 'n';
        for (int i = 0; i < rounds; ++i)
            if (::write(ends->first.get(), &byte, 1) != 1 ||
                ::read(ends->second.get(), &byte, 1) != 1)
                return os_error("the other process");
        return {};
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
    loads.push_back({"page-fault", fault_pages, 4, touch_memory});
    loads.push_back({"fork-exec", 1, 4, fork_exec_wait});
    const auto add = [&](const char *name, std::uint64_t batch, const Result<SharedEnds> &ends,
                         auto make) -> Result<void> {
        if (!ends)
            return with_context(ends.error(), name);
        loads.push_back({name, batch, 4, make(*ends)});
        return {};
    };
    const auto small = [](const SharedEnds &ends) { return round_trips(ends, 64); };
    for (const auto &done : {
             add("pipe-ping-pong", rounds, pipe_partner(), ping_pong),
             add("unix-ping-pong", rounds, unix_partner(), ping_pong),
             add("udp-round-trip", rounds, udp_ends(), small),
             add("tcp-round-trip", rounds, tcp_ends(), small),
             add("tcp-stream-mib", 1, tcp_ends(), stream),
         })
        if (!done)
            return tl::unexpected(done.error());
    return loads;
}

} // namespace netswap::guest
