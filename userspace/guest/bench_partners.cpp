// SPDX-License-Identifier: GPL-2.0
#include "guest/bench_partners.h"

#include "guest/bench_ends.h"
#include "guest/sysfile.h"

#include <algorithm>
#include <csignal>
#include <sched.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

namespace netswap::guest {
namespace {

constexpr int rounds = 50;
constexpr std::size_t stream_bytes = 1 << 20;
constexpr std::size_t piece = 16 << 10;
constexpr std::size_t datagram = 1 << 10;
constexpr int burst = 32; ///< datagrams that a socket's queue has room for
constexpr time_t patience_s = 5;

using Body = void (*)(int in, int out);

/// Gives back each byte it gets, until there is nobody else at the other end.
void echo(int in, int out) {
    char byte;
    while (::read(in, &byte, 1) == 1 && ::write(out, &byte, 1) == 1)
        ;
}

/// Says a byte each time it has got stream_bytes.
void drain(int in, int out) {
    std::vector<char> buffer(128 << 10);
    std::size_t bytes = 0;
    for (ssize_t got; (got = ::read(in, buffer.data(), buffer.size())) > 0;)
        if ((bytes += static_cast<std::size_t>(got)) >= stream_bytes) {
            bytes -= stream_bytes;
            if (::write(out, "n", 1) != 1)
                return;
        }
}

/// A process with `there`; what stays here is a pair of the end to write to and the one to read.
Result<SharedEnds> partner(int here_out, int there_in, int there_out, int here_in, Body body) {
    auto ends = std::make_shared<Ends>();
    const pid_t child = ::fork();
    if (child < 0)
        return os_error("fork");
    if (child == 0) {
        ::prctl(PR_SET_PDEATHSIG, SIGKILL);
        ::close(here_out);
        ::close(here_in);
        body(there_in, there_out);
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
    return partner(there[1], there[0], back[1], back[0], echo);
}

Result<SharedEnds> unix_partner() {
    int pair[2];
    if (::socketpair(AF_UNIX, SOCK_STREAM, 0, pair) != 0)
        return os_error("socketpair");
    return partner(pair[0], pair[1], pair[1], pair[0], echo);
}

/// At the other end of a connection over lo. Whoever waits here for an answer that was lost is
/// told so.
Result<SharedEnds> network_partner(const Result<SharedEnds> &ends, Body body) {
    if (!ends)
        return ends;
    const int here = std::move((*ends)->first).release();
    const int there = std::move((*ends)->second).release();
    const timeval limit{patience_s, 0};
    if (::setsockopt(here, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit) != 0)
        return os_error("SO_RCVTIMEO");
    return partner(here, there, there, here, body);
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

/// stream_bytes in pieces. `turn` of them may be sent before the other process has its turn; 0:
/// sending waits by itself.
Load one_way(const SharedEnds &ends, std::size_t bytes, int turn) {
    return [ends, turn, buffer = std::vector<char>(bytes)]() -> Result<void> {
        std::size_t sent = 0;
        for (int i = 1; sent < stream_bytes; ++i) {
            const auto left = std::min(buffer.size(), stream_bytes - sent);
            const auto put = ::write(ends->first.get(), buffer.data(), left);
            if (put <= 0)
                return os_error("sending");
            sent += static_cast<std::size_t>(put);
            if (turn > 0 && i % turn == 0)
                ::sched_yield();
        }
        char byte;
        if (::read(ends->second.get(), &byte, 1) != 1)
            return os_error("not all of what was sent arrived");
        return {};
    };
}

/// All that is sent fits into the CPU's backlog and the second one's queue: where ksoftirqd brings
/// it, as on Linux 6.1, that and the process that reads may have their turns late.
Result<SharedEnds> roomy(Result<SharedEnds> ends) {
    constexpr int room = 4 << 20;
    constexpr auto packets = stream_bytes / datagram * 4;
    if (auto done = write_text("/proc/sys/net/core/netdev_max_backlog", std::to_string(packets));
        !done)
        return tl::unexpected(done.error());
    if (ends &&
        ::setsockopt((*ends)->second.get(), SOL_SOCKET, SO_RCVBUFFORCE, &room, sizeof room) != 0)
        return os_error("SO_RCVBUFFORCE");
    return ends;
}

} // namespace

Result<std::vector<NamedLoad>> ping_pong_loads() {
    std::vector<NamedLoad> loads;
    for (const auto &[name, ends] : {std::pair("pipe-ping-pong", pipe_partner()),
                                     std::pair("unix-ping-pong", unix_partner())}) {
        if (const auto done = add_load(loads, name, rounds, ends, ping_pong); !done)
            return tl::unexpected(done.error());
    }
    return loads;
}

Result<std::vector<NamedLoad>> network_loads() {
    std::vector<NamedLoad> loads;
    const auto add = [&](auto &&...load) { return add_load(loads, load...); };
    const auto bytes = [](const SharedEnds &ends) { return one_way(ends, piece, 0); };
    const auto datagrams = [](const SharedEnds &ends) { return one_way(ends, datagram, burst); };
    for (const auto &done : {
             add("tcp-rr", rounds, network_partner(tcp_ends(), echo), ping_pong),
             add("udp-rr", rounds, network_partner(udp_ends(), echo), ping_pong),
             add("tcp-stream", 1, network_partner(tcp_ends(), drain), bytes),
             add("udp-stream", 1, network_partner(roomy(udp_ends()), drain), datagrams),
         })
        if (!done)
            return tl::unexpected(done.error());
    return loads;
}

} // namespace netswap::guest
