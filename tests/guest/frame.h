// SPDX-License-Identifier: GPL-2.0
// The headers of packets, from the Ethernet header on.
#pragma once

#include <arpa/inet.h>
#include <array>
#include <cstdint>
#include <netinet/in.h>
#include <string>
#include <vector>

namespace netswap::guest {

/// What follows the headers; kmod/tests/marked_packets.c adds it.
inline constexpr std::uint16_t payload_bytes = 512;

using LinkAddress = std::array<std::uint8_t, 6>;

class Frame {
  public:
    static constexpr std::uint16_t ip = 0x0800, arp = 0x0806, ip6 = 0x86dd;

    static constexpr LinkAddress from{2, 0, 0, 0, 0, 9};
    static constexpr LinkAddress everybody{255, 255, 255, 255, 255, 255};

    Frame(const LinkAddress &to, std::uint16_t protocol) { link(to).link(from).u16(protocol); }

    Frame &u8(int value) {
        bytes_.push_back(static_cast<std::uint8_t>(value));
        return *this;
    }
    Frame &u16(int value) { return u8(value >> 8 & 0xff).u8(value & 0xff); }
    Frame &u32(std::uint32_t value) {
        return u16(static_cast<int>(value >> 16)).u16(static_cast<int>(value & 0xffff));
    }
    Frame &link(const LinkAddress &address) {
        bytes_.insert(bytes_.end(), address.begin(), address.end());
        return *this;
    }
    /// A literal of either family.
    Frame &address(const char *text) {
        std::array<std::uint8_t, 16> raw{};
        if (::inet_pton(AF_INET, text, raw.data()) == 1)
            bytes_.insert(bytes_.end(), raw.begin(), raw.begin() + 4);
        else if (::inet_pton(AF_INET6, text, raw.data()) == 1)
            bytes_.insert(bytes_.end(), raw.begin(), raw.end());
        return *this;
    }
    /// IPv4, followed by `rest` bytes of headers and the payload. `fragment`: flags and offset.
    Frame &ipv4(const char *from, const char *to, int protocol, int rest, int id = 1,
                int fragment = 0x4000) {
        const auto start = bytes_.size();
        u16(0x4500).u16(20 + rest + payload_bytes).u16(id).u16(fragment);
        u8(64).u8(protocol).u16(0).address(from).address(to);
        const auto sum = checksum(start);
        bytes_[start + 10] = static_cast<std::uint8_t>(sum >> 8);
        bytes_[start + 11] = static_cast<std::uint8_t>(sum & 0xff);
        return *this;
    }
    /// IPv6, followed by `rest` bytes of headers and the payload.
    Frame &ipv6(const char *from, const char *to, int next, int rest) {
        u32(0x60000000).u16(rest + payload_bytes).u8(next).u8(64);
        return address(from).address(to);
    }
    /// A message of neighbour discovery, and nothing behind it. `body`: what follows its checksum.
    Frame &discovery(const char *from, const char *to, int type, const Frame &body) {
        constexpr int hops = 255; // or it could come from elsewhere
        const auto length = 4 + body.bytes_.size();
        u32(0x60000000).u16(static_cast<int>(length)).u8(IPPROTO_ICMPV6).u8(hops);
        address(from).address(to).u8(type).u8(0).u16(0);
        bytes_.insert(bytes_.end(), body.bytes_.begin(), body.bytes_.end());
        return *this;
    }
    /// Who has `wanted`? Asked by `asker`, not of everybody.
    Frame &solicitation(const char *asker, const char *wanted) {
        return discovery(asker, wanted, 135, Frame().u32(0).address(wanted).u8(1).u8(1).link(from));
    }
    /// `router` offers to be one for so many seconds.
    Frame &advertisement(const char *router, int seconds = 0) {
        return discovery(router, "ff02::1", 134, Frame().u16(0).u16(seconds).u32(0).u32(0));
    }
    /// `router` wants to know who is in a group.
    Frame &group_query(const char *router) {
        return discovery(router, "ff02::1", 130, Frame().u32(0).u32(0).u32(0).u32(0).u32(0));
    }
    /// For what is sent from `sender` to `to`, take the way over `other`.
    Frame &redirect(const char *router, const char *sender, const char *to, const char *other) {
        ipv4(router, sender, IPPROTO_ICMP, 8 + 20 + 8);
        u16(0x0501).u16(0).address(other);
        return ipv4(sender, to, IPPROTO_UDP, 8).udp(9);
    }
    /// Who hears this echoes it. `from` and `to` are of one family.
    Frame &echo_request(const char *from, const char *to) {
        if (std::string(to).find(':') != std::string::npos)
            return ipv6(from, to, IPPROTO_ICMPV6, 8).u16(128 << 8).u16(0).u32(0);
        return ipv4(from, to, IPPROTO_ICMP, 8).u16(8 << 8).u16(0).u32(0);
    }
    /// What `sender` sent could not be delivered; `inner` is that packet, from its IP header on.
    Frame &error(const char *router, const char *sender, int code, std::uint32_t detail,
                 const Frame &inner) {
        ipv4(router, sender, IPPROTO_ICMP, 8 + static_cast<int>(inner.bytes_.size()));
        u16(3 << 8 | code).u16(0).u32(detail);
        bytes_.insert(bytes_.end(), inner.bytes_.begin(), inner.bytes_.end());
        return *this;
    }
    /// A packet without a link.
    static Frame inner() { return {}; }
    /// Who has `wanted`? Asked by `asker`.
    Frame &arp_request(const char *asker, const char *wanted) {
        u16(1).u16(ip).u8(6).u8(4).u16(1);
        return link(from).address(asker).link({}).address(wanted);
    }
    /// IPv6 asks for a checksum, of which nobody doubts that it is right.
    Frame &udp(int port, int checksum = 0) {
        return u16(4000).u16(port).u16(8 + payload_bytes).u16(checksum);
    }
    /// A segment with nothing but the ACK flag.
    Frame &tcp(int port, std::uint32_t sequence) {
        return u16(4000).u16(port).u32(sequence).u32(1).u16(0x5010).u16(0xffff).u32(0);
    }

    [[nodiscard]] std::string hex() const {
        constexpr const char *digits = "0123456789abcdef";
        std::string text;
        for (const auto byte : bytes_)
            text.append(1, digits[byte >> 4]).append(1, digits[byte & 0xf]);
        return text;
    }

  private:
    Frame() = default;

    [[nodiscard]] std::uint32_t checksum(std::size_t start) const {
        std::uint32_t sum = 0;
        for (std::size_t i = start; i < start + 20; i += 2)
            sum += static_cast<std::uint32_t>(bytes_[i] << 8 | bytes_[i + 1]);
        sum = (sum & 0xffff) + (sum >> 16);
        return ~(sum + (sum >> 16)) & 0xffff;
    }

    std::vector<std::uint8_t> bytes_;
};

} // namespace netswap::guest
