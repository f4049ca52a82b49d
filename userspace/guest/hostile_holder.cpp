// SPDX-License-Identifier: GPL-2.0
#include "guest/hostile_holder.h"

#include "guest/dead_ends.h"
#include "guest/interface.h"
#include "guest/memory_cgroup.h"
#include "guest/network.h"
#include "guest/sysfile.h"
#include "guest/unread_queue.h"
#include "lib/hostile_ground.h"

#include <algorithm>
#include <arpa/inet.h>
#include <array>
#include <csignal>
#include <deque>
#include <linux/if_ether.h>
#include <linux/if_packet.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/prctl.h>
#include <sys/socket.h>

namespace netswap::guest {
namespace {

using namespace std::chrono_literals;

constexpr auto ready_limit = 20s;
constexpr const char *ready = "ready";
constexpr int room = 8 << 20;          ///< of a socket that shall hold much; the kernel doubles it
constexpr int little_room = 4 << 10;   ///< of one whose packets are held elsewhere
constexpr int stream_room = 256 << 10; ///< of each of many streams
constexpr useconds_t retry_us = 20000;
constexpr std::size_t kept = 2 * hostile::unread_streams; ///< connections; the oldest goes first

/// Sockets of the holder. Descriptors in `listeners` are accepted from.
struct Sockets {
    std::vector<Fd> held;
    std::vector<Fd> listeners;
};

sockaddr_in any(std::uint16_t port) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    return address;
}

Result<Fd> bound(int type, std::uint16_t port, int bytes) {
    Fd socket(::socket(AF_INET, type | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
    const auto address = any(port);
    if (!socket.valid() ||
        ::setsockopt(socket.get(), SOL_SOCKET, SO_RCVBUFFORCE, &bytes, sizeof bytes) != 0 ||
        ::bind(socket.get(), reinterpret_cast<const sockaddr *>(&address), sizeof address) != 0)
        return os_error("socket on port " + std::to_string(port));
    return socket;
}

Result<void> hold(Sockets &sockets, Result<Fd> socket) {
    if (!socket)
        return tl::unexpected(socket.error());
    sockets.held.push_back(std::move(*socket));
    return {};
}

Result<void> listen_on(Sockets &sockets, std::uint16_t port) {
    auto socket = bound(SOCK_STREAM, port, stream_room);
    if (!socket)
        return tl::unexpected(socket.error());
    if (::listen(socket->get(), 128) != 0)
        return os_error("listening on port " + std::to_string(port));
    sockets.listeners.push_back(std::move(*socket));
    return {};
}

Result<Fd> packet_socket() {
    Fd socket(::socket(AF_PACKET, SOCK_RAW | SOCK_CLOEXEC, htons(ETH_P_IP)));
    if (!socket.valid() ||
        ::setsockopt(socket.get(), SOL_SOCKET, SO_RCVBUFFORCE, &room, sizeof room) != 0)
        return os_error("packet socket");
    return socket;
}

Result<void> udp_flood(Sockets &sockets) {
    return hold(sockets, bound(SOCK_DGRAM, hostile::udp_flood_port, room));
}

Result<void> tcp_unread(Sockets &sockets) {
    return listen_on(sockets, hostile::tcp_unread_port);
}

Result<void> connections(Sockets &sockets) {
    return listen_on(sockets, hostile::connections_port);
}

Result<void> packets(Sockets &sockets) {
    // The datagrams themselves must have somewhere to go, or an ICMP answer goes out for each.
    if (auto done = hold(sockets, bound(SOCK_DGRAM, hostile::packet_socket_port, little_room));
        !done)
        return done;
    return hold(sockets, packet_socket());
}

Result<void> netfilter_queue(Sockets &sockets) {
    if (auto done = hold(sockets, bound(SOCK_DGRAM, hostile::nfqueue_port, little_room)); !done)
        return done;
    return hold(sockets, queue_datagrams(hostile::nfqueue_port));
}

Result<void> forward(Sockets &) {
    return make_dead_ends();
}

Result<void> loss(Sockets &) {
    const auto nic = find_nic();
    return nic ? switch_segmentation_off(nic->interface) : fail("no network card");
}

Result<void> cgroup(Sockets &) {
    return make_memory_cgroup();
}

Result<void> nothing(Sockets &) {
    return {};
}

struct Preparation {
    std::string_view name;
    Result<void> (*make)(Sockets &);
};

constexpr std::array<Preparation, 11> preparations{{
    {"udp-flood", udp_flood},
    {"tcp-unread", tcp_unread},
    {"fragments", nothing}, // the kernel's own limits are what is tested
    {"forward", forward},
    {"packet-socket", packets},
    {"nfqueue", netfilter_queue},
    {"loss1", loss},
    {"loss5", loss},
    {"jumbo", nothing}, // done before anything connected
    {"connections", connections},
    {"memcg", cgroup},
}};

Result<void> prepare(const std::vector<std::string> &names, Sockets &sockets) {
    for (const auto &name : names) {
        const auto known = std::find_if(preparations.begin(), preparations.end(),
                                        [&](const auto &one) { return one.name == name; });
        if (known == preparations.end())
            return fail(name + ": this guest does not know it");
        if (auto done = known->make(sockets); !done)
            return with_context(done.error(), name);
    }
    return {};
}

[[noreturn]] void accept_for_ever(const Sockets &sockets) {
    std::vector<pollfd> waits;
    for (const auto &listener : sockets.listeners)
        waits.push_back({listener.get(), POLLIN, 0});
    std::deque<Fd> accepted;
    for (;;) {
        ::poll(waits.data(), waits.size(), -1);
        for (const auto &wait : waits) {
            for (int fd; (fd = ::accept4(wait.fd, nullptr, nullptr, SOCK_CLOEXEC)) >= 0;)
                accepted.emplace_back(fd);
            if (errno != EAGAIN)
                ::usleep(retry_us); // no memory for a socket
            while (accepted.size() > kept)
                accepted.pop_front();
        }
    }
}

int serve(int pipe, const std::vector<std::string> &names) {
    ::prctl(PR_SET_NAME, "hostile");
    ::prctl(PR_SET_PDEATHSIG, SIGKILL);
    (void)write_text("/proc/self/oom_score_adj", "0");
    Sockets sockets;
    const auto done = prepare(names, sockets);
    const auto said = (done ? std::string(ready) : done.error().message) + "\n";
    if (::write(pipe, said.data(), said.size()) < 0 || !done)
        return 1;
    accept_for_ever(sockets);
}

} // namespace

bool asks_for(const std::vector<std::string> &names, std::string_view name) {
    return std::find(names.begin(), names.end(), name) != names.end();
}

Result<void> prepare_hostile_card(const std::vector<std::string> &names) {
    const auto nic = find_nic();
    if (!asks_for(names, "jumbo") || !nic)
        return {};
    return set_mtu(nic->interface, hostile::jumbo_mtu);
}

Result<Child> start_hostile_holder(const std::vector<std::string> &names) {
    auto holder = Child::call([&](int pipe) { return serve(pipe, names); });
    if (!holder)
        return holder;
    std::string said;
    const auto end = std::chrono::steady_clock::now() + ready_limit;
    while (said.find('\n') == std::string::npos && std::chrono::steady_clock::now() < end) {
        pollfd wait{holder->pipe(), POLLIN, 0};
        ::poll(&wait, 1, 100);
        char buffer[512];
        const auto got = ::read(holder->pipe(), buffer, sizeof buffer);
        if (got == 0)
            break;
        if (got > 0)
            said.append(buffer, static_cast<std::size_t>(got));
    }
    said.resize(std::min(said.find('\n'), said.size()));
    if (said != ready)
        return fail(said.empty() ? "the process for --hostile said nothing" : said);
    return holder;
}

} // namespace netswap::guest
