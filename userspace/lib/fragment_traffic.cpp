// SPDX-License-Identifier: GPL-2.0
#include "lib/fragment_traffic.h"

#include <cerrno>
#include <cstring>

#include <arpa/inet.h>
#include <netinet/ip.h>
#include <netinet/udp.h>
#include <sys/socket.h>

#include "lib/datagram_traffic.h"
#include "lib/hostile_ground.h"

namespace netswap {

namespace {

constexpr std::size_t fragment_bytes = 1400;
constexpr std::size_t datagram_bytes = 8000; ///< what the first fragment promises

} // namespace

std::vector<unsigned char> first_fragment(const in_addr &to, std::uint16_t id, std::size_t bytes) {
    std::vector<unsigned char> packet(sizeof(iphdr) + bytes, 'x');
    iphdr ip{};
    ip.version = 4;
    ip.ihl = sizeof(iphdr) / 4;
    ip.tot_len = htons(static_cast<std::uint16_t>(packet.size()));
    ip.id = htons(id);
    ip.frag_off = htons(IP_MF);
    ip.ttl = 64;
    ip.protocol = IPPROTO_UDP;
    ip.daddr = to.s_addr;
    udphdr udp{};
    udp.source = htons(hostile::fragments_port);
    udp.dest = htons(hostile::fragments_port);
    udp.len = htons(datagram_bytes);
    std::memcpy(packet.data(), &ip, sizeof ip);
    std::memcpy(packet.data() + sizeof ip, &udp, sizeof udp);
    return packet;
}

Status FragmentTraffic::open() {
    const auto target = ipv4_target(address_, 0);
    if (!target)
        return tl::unexpected(target.error());
    target_ = *target;
    packet_ = first_fragment(target_.sin_addr, 0, fragment_bytes);
    socket_ = Fd(::socket(AF_INET, SOCK_RAW | SOCK_NONBLOCK | SOCK_CLOEXEC, IPPROTO_RAW));
    if (!socket_.valid())
        return tl::unexpected(errno_error("raw socket", errno, exit_host));
    return {};
}

void FragmentTraffic::step() {
    // A kernel numbers packets whose number is 0 itself.
    auto id = static_cast<std::uint16_t>(count_.packets + count_.refused);
    id = htons(id == 0 ? 0xffff : id);
    std::memcpy(packet_.data() + offsetof(iphdr, id), &id, sizeof id);
    count_.sent(::sendto(socket_.get(), packet_.data(), packet_.size(), MSG_DONTWAIT,
                         reinterpret_cast<const sockaddr *>(&target_), sizeof target_));
}

} // namespace netswap
