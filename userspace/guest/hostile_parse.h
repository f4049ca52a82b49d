// SPDX-License-Identifier: GPL-2.0
// What the kernel's tables say about sockets and queues that hold packets. No kernel needed.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>

namespace netswap::guest {

using Facts = std::map<std::string, std::int64_t>;

/// Sockets of a port in /proc/net/udp: "sockets", "queued" (bytes with overhead), "drops".
Facts udp_facts(std::string_view table, std::uint16_t port);

/// Those in /proc/net/tcp: "listening", "established", "queued" (bytes of payload).
Facts tcp_facts(std::string_view table, std::uint16_t port);

/// Packet sockets for IPv4 in /proc/net/packet: "sockets", "queued" (bytes with overhead).
Facts packet_facts(std::string_view table);

/// Fragments in /proc/net/sockstat: "queues", "queued" (bytes with overhead).
Facts fragment_facts(std::string_view sockstat);

/// Queues in /proc/net/netfilter/nfnetlink_queue: "queues", "queued", "drops" (packets).
Facts netfilter_queue_facts(std::string_view table);

/// Entries of an interface in /proc/net/arp: "unresolved".
Facts neighbour_facts(std::string_view table, std::string_view interface);

} // namespace netswap::guest
