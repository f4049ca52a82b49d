// SPDX-License-Identifier: GPL-2.0
#pragma once

#include <cstdint>

/// Where hostile traffic goes: the host's generator and the guest's agent agree on it here.
namespace netswap::hostile {

inline constexpr const char *guest_address = "10.77.0.2";

inline constexpr std::uint16_t udp_flood_port = 9001;
inline constexpr std::uint16_t tcp_unread_port = 9002;
inline constexpr std::uint16_t packet_socket_port = 9003;
inline constexpr std::uint16_t nfqueue_port = 9004;
inline constexpr std::uint16_t connections_port = 9005;
inline constexpr std::uint16_t forward_port = 9006;
inline constexpr std::uint16_t fragments_port = 9007;

/// Networks behind the guest. In the first one nobody answers ARP, in the second one packets wait
/// in a queue that is plugged. Both are /24.
inline constexpr const char *silent_network = "10.78.0.0";
inline constexpr const char *silent_gateway = "10.78.0.1";
inline constexpr const char *plugged_network = "10.79.0.0";
inline constexpr const char *plugged_gateway = "10.79.0.1";
inline constexpr int network_prefix = 24;

inline constexpr int jumbo_mtu = 9000;

/// Streams of tcp-unread that are open at a time.
inline constexpr int unread_streams = 24;

} // namespace netswap::hostile
