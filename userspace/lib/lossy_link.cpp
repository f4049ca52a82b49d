// SPDX-License-Identifier: GPL-2.0
#include "lib/lossy_link.h"

#include <cerrno>
#include <utility>

#include <arpa/inet.h>
#include <fmt/format.h>
#include <linux/if_ether.h>
#include <linux/if_packet.h>
#include <net/if.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

namespace netswap {

namespace {

constexpr std::size_t largest_packet = 72 << 10; ///< an aggregate of 64 KiB and its headers
constexpr int burst = 64;                        ///< packets before the other direction's turn
constexpr int hold_look_ms = 2;
constexpr int idle_look_ms = 50;

Result<Fd> packet_socket(const std::string &interface) {
    Fd socket(::socket(AF_PACKET, SOCK_RAW | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
    if (!socket.valid())
        return tl::unexpected(errno_error("packet socket", errno, exit_host));
    const int on = 1;
    const int room = 8 << 20; // the kernel gives what it allows
    ::setsockopt(socket.get(), SOL_SOCKET, SO_RCVBUF, &room, sizeof room);
    ::setsockopt(socket.get(), SOL_SOCKET, SO_SNDBUF, &room, sizeof room);
    sockaddr_ll address{};
    address.sll_family = AF_PACKET;
    address.sll_protocol = htons(ETH_P_ALL);
    address.sll_ifindex = static_cast<int>(::if_nametoindex(interface.c_str()));
    if (::setsockopt(socket.get(), SOL_PACKET, PACKET_VNET_HDR, &on, sizeof on) != 0 ||
        ::setsockopt(socket.get(), SOL_PACKET, PACKET_IGNORE_OUTGOING, &on, sizeof on) != 0 ||
        ::bind(socket.get(), reinterpret_cast<const sockaddr *>(&address), sizeof address) != 0)
        return tl::unexpected(
            errno_error(fmt::format("packet socket on {}", interface), errno, exit_host));
    return socket;
}

} // namespace

Result<std::unique_ptr<LossyLink>> LossyLink::start(Options options, const Clock &clock) {
    auto socket = packet_socket(options.outer);
    if (!socket)
        return tl::unexpected(socket.error());
    return std::unique_ptr<LossyLink>(new LossyLink(std::move(options), std::move(*socket), clock));
}

LossyLink::LossyLink(Options options, Fd socket, const Clock &clock)
    : options_(std::move(options)), socket_(std::move(socket)), clock_(clock),
      to_guest_(options_.loss, options_.reordered, options_.seed),
      to_host_(options_.loss, options_.reordered, options_.seed + 1), thread_([this] { relay(); }) {
}

LossyLink::~LossyLink() {
    stopping_ = true;
    thread_.join();
}

void LossyLink::relay() {
    while (!stopping_.load()) {
        pollfd waits[] = {{options_.inner.get(), POLLIN, 0}, {socket_.get(), POLLIN, 0}};
        const bool holds = to_guest_.holds() || to_host_.holds();
        ::poll(waits, 2, holds ? hold_look_ms : idle_look_ms);
        pass(options_.inner.get(), socket_.get(), to_guest_);
        pass(socket_.get(), options_.inner.get(), to_host_);
        passed_ = to_guest_.passed() + to_host_.passed();
        lost_ = to_guest_.lost() + to_host_.lost();
        overtaken_ = to_guest_.overtaken() + to_host_.overtaken();
    }
}

void LossyLink::pass(int from, int to, PacketMangler &direction) {
    // Header and all: both sides carry the same virtio header.
    PacketMangler::Packet buffer(largest_packet);
    for (int i = 0; i < burst; i++) {
        const auto got = ::read(from, buffer.data(), buffer.size());
        if (got <= 0)
            break;
        direction.offer({buffer.begin(), buffer.begin() + got}, bad_.load(), clock_.now());
    }
    while (const auto packet = direction.next(clock_.now()))
        if (::write(to, packet->data(), packet->size()) < 0)
            refused_++;
}

HostileRecord LossyLink::counts() const {
    HostileRecord record;
    record.packets = passed_;
    record.lost = lost_;
    record.overtaken = overtaken_;
    record.refused = refused_;
    return record;
}

} // namespace netswap
