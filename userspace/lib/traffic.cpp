// SPDX-License-Identifier: GPL-2.0
#include "lib/traffic.h"

#include <fmt/format.h>

#include "lib/clock.h"
#include "lib/connection_traffic.h"
#include "lib/datagram_traffic.h"
#include "lib/fragment_traffic.h"
#include "lib/hostile_ground.h"
#include "lib/stream_traffic.h"

namespace netswap {

namespace {

constexpr std::size_t datagram_bytes = 1400;

// What an emulated guest of two CPUs can take besides its storm. A flood that keeps it from
// everything else would show how fast QEMU is, not what holds memory.
constexpr double datagrams_per_s = 2000;
constexpr double fragments_per_s = 1000;
constexpr double pieces_per_s = 400;
constexpr double connections_per_s = 150;
constexpr int forwarded_hosts = 32; ///< in each network
constexpr double longest_s = 300;   ///< after that long no more is sent

std::uint64_t bound(double rate) {
    return static_cast<std::uint64_t>(rate * longest_s);
}

std::unique_ptr<Traffic> datagrams(HostileKind kind, std::vector<std::string> addresses,
                                   std::uint16_t port) {
    return std::make_unique<DatagramTraffic>(DatagramTraffic::Plan{
        kind, std::move(addresses), port, datagram_bytes, datagrams_per_s, bound(datagrams_per_s)});
}

/// Hosts of the two networks behind the guest, alternately. The guest keeps up to 208 KiB for each
/// that does not answer ARP: so few that it does not run out of memory for them alone.
std::vector<std::string> forwarded_addresses() {
    const auto host = [](std::string network, int number) {
        network.resize(network.rfind('.') + 1);
        return network + std::to_string(number);
    };
    std::vector<std::string> list;
    for (int number = 2; number < 2 + forwarded_hosts; number++) {
        list.push_back(host(hostile::silent_network, number));
        list.push_back(host(hostile::plugged_network, number));
    }
    return list;
}

std::unique_ptr<Traffic> make_one(HostileKind kind) {
    static const SystemClock clock;
    const std::string guest = hostile::guest_address;
    switch (kind) {
    case HostileKind::udp_flood:
        return datagrams(kind, {guest}, hostile::udp_flood_port);
    case HostileKind::packet_socket:
        return datagrams(kind, {guest}, hostile::packet_socket_port);
    case HostileKind::nfqueue:
        return datagrams(kind, {guest}, hostile::nfqueue_port);
    case HostileKind::forward:
        return datagrams(kind, forwarded_addresses(), hostile::forward_port);
    case HostileKind::tcp_unread:
        return std::make_unique<StreamTraffic>(
            StreamTraffic::Plan{.address = guest,
                                .port = hostile::tcp_unread_port,
                                .streams = hostile::unread_streams,
                                .rate = pieces_per_s,
                                .most = bound(pieces_per_s)},
            clock);
    case HostileKind::fragments:
        return std::make_unique<FragmentTraffic>(guest, fragments_per_s, bound(fragments_per_s));
    case HostileKind::connections:
        return std::make_unique<ConnectionTraffic>(
            ConnectionTraffic::Plan{.address = guest,
                                    .port = hostile::connections_port,
                                    .open_at_a_time = 32,
                                    .rate = connections_per_s,
                                    .most = bound(connections_per_s)});
    case HostileKind::loss1:
    case HostileKind::loss5:
    case HostileKind::jumbo:
    case HostileKind::memcg:
        break;
    }
    return nullptr;
}

} // namespace

std::vector<std::unique_ptr<Traffic>> make_traffic(const std::vector<HostileKind> &kinds) {
    std::vector<std::unique_ptr<Traffic>> list;
    for (const auto kind : kinds)
        if (auto one = make_one(kind))
            list.push_back(std::move(one));
    return list;
}

} // namespace netswap
