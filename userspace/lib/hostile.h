// SPDX-License-Identifier: GPL-2.0
#pragma once

#include <array>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "lib/record.h"
#include "lib/result.h"

/// What makes the network of a storm hostile: traffic that wants to be held, and links that lose
/// packets. Asked for with --hostile.
namespace netswap {

enum class HostileKind {
    udp_flood,     ///< datagrams to a socket of the guest that nobody reads
    tcp_unread,    ///< streams into sockets of the guest that accept and never read
    fragments,     ///< first halves of IPv4 packets
    forward,       ///< datagrams that the guest shall route to where they cannot go on
    packet_socket, ///< an unread packet socket for all IPv4 in the guest, and datagrams
    nfqueue,       ///< datagrams for a netfilter queue that nobody reads
    loss1,         ///< 1 % of the packets of both directions get lost, some overtake others
    loss5,         ///< 5 % likewise
    jumbo,         ///< an MTU of 9000 on both sides
    connections,   ///< many small TCP connections, one after the other
    memcg,         ///< the storm's processes in a memory cgroup with a limit
};

inline constexpr std::array<HostileKind, 11> hostile_kinds{
    HostileKind::udp_flood,   HostileKind::tcp_unread,    HostileKind::fragments,
    HostileKind::forward,     HostileKind::packet_socket, HostileKind::nfqueue,
    HostileKind::loss1,       HostileKind::loss5,         HostileKind::jumbo,
    HostileKind::connections, HostileKind::memcg,
};

std::string_view to_string(HostileKind kind);
std::optional<HostileKind> hostile_kind_from_string(std::string_view text);

/// "udp-flood,jumbo" -> kinds, in the order of the enumeration. Each at most once, loss1 or loss5.
/// The error names the word and what it should be.
Result<std::vector<HostileKind>> parse_hostile(std::string_view text);

/// The text parse_hostile() makes the same kinds of.
std::string hostile_text(const std::vector<HostileKind> &kinds);

bool asks_for(const std::vector<HostileKind> &kinds, HostileKind kind);

/// Share of the packets that get lost; 0: none shall.
double loss_of(const std::vector<HostileKind> &kinds);

/// Whether all of this needs a network between host and guest.
bool needs_network(const std::vector<HostileKind> &kinds);

/// Makes a run's network hostile from the host's side. The tests have one that takes notes.
class HostileSite {
  public:
    virtual ~HostileSite() = default;
    /// Called once, when the storm begins.
    virtual Status begin() = 0;
    /// Ends what begin() began, and returns what was sent: a record a kind that has a host's part.
    /// Nothing the second time.
    virtual std::vector<HostileRecord> end() = 0;
};

} // namespace netswap
