// SPDX-License-Identifier: GPL-2.0
// What the network remembers of a packet in reserve memory when that has long gone: mainline makes
// an entry, which is the control of each case, and sock_memalloc does not let it.
#include "counter.h"
#include "guest/sysfile.h"
#include "marked_packets.h"
#include "skip.h"
#include "test_net.h"

#include <functional>
#include <linux/if_ether.h>
#include <netinet/in.h>
#include <sstream>
#include <unistd.h>

using namespace netswap;
using namespace netswap::guest;

namespace {

constexpr int packets = 4;
constexpr const char *tap_address = "203.0.113.1";
constexpr const char *tap_address6 = "2001:db8:1::1";
constexpr LinkAddress all_nodes{0x33, 0x33, 0, 0, 0, 1};

std::int64_t refused() {
    return static_cast<std::int64_t>(counter("sock_memalloc.held_state_refused"));
}

/// Looks until it sees `expected`, or has looked long enough.
std::int64_t soon(const std::function<std::int64_t()> &look, std::int64_t expected) {
    for (int tries = 0; tries < 40 && look() != expected; ++tries)
        ::usleep(50'000);
    return look();
}

/// Runs `send` twice, without and with the answers of sock_memalloc. `send` sends `packets`
/// packets, never the same twice; `known` counts what the kernel remembers, `each` of a packet.
void check_state(const std::function<void()> &send, const std::function<std::int64_t()> &known,
                 const std::string &params = "", int each = 1) {
    {
        INFO("mainline");
        const MarkedPackets module(params);
        const auto before = known();
        send();
        CHECK(soon(known, before + each * packets) == before + each * packets);
    }
    INFO("sock_memalloc");
    const Loaded core{std::string(core_module)};
    const Loaded sock("sock_memalloc");
    const MarkedPackets module(params);
    const auto before = known();
    send();
    CHECK(soon(refused, packets) == packets);
    CHECK(known() == before);
}

/// Entries of a table of link addresses.
std::int64_t neighbours(const std::string &table) {
    std::istringstream lines(read_text("/proc/net/stat/" + table).value_or(""));
    std::string line;
    std::getline(lines, line);
    std::getline(lines, line);
    return line.empty() ? -1 : std::stoll(line.substr(0, line.find(' ')), nullptr, 16);
}

/// A number of /proc/net/snmp, where names are in one line and numbers in the next, or -1.
std::int64_t snmp(const std::string &group, const std::string &name) {
    std::istringstream lines(read_text("/proc/net/snmp").value_or(""));
    std::string names, numbers;
    while (std::getline(lines, names) && std::getline(lines, numbers)) {
        std::istringstream keys(names), values(numbers);
        std::string title, key, value;
        if (!(keys >> title) || !(values >> value) || title != group + ':')
            continue;
        while (keys >> key && values >> value)
            if (key == name)
                return std::stoll(value);
    }
    return -1;
}

/// A number of /proc/net/snmp6, or -1.
std::int64_t snmp6(const std::string &name) {
    std::istringstream words(read_text("/proc/net/snmp6").value_or(""));
    std::string key, value;
    while (words >> key >> value)
        if (key == name)
            return std::stoll(value);
    return -1;
}

/// For a tunnel, so nobody is told of an error.
Frame udp_of_new_connection(int number) {
    const auto peer = "198.51.100." + std::to_string(number % 200 + 20);
    return Frame(link_address(DummyDevice::name), Frame::ip)
        .ipv4(peer.c_str(), DummyDevice::address, IPPROTO_UDP, 8)
        .udp(tunnel_port);
}

/// From somebody whom nobody has told of an error yet: only so many of them go to one peer.
Frame udp_from_new_peer(int port) {
    const auto peer = "198.51.100." + std::to_string(port % 200 + 20);
    return Frame(link_address(DummyDevice::name), Frame::ip)
        .ipv4(peer.c_str(), DummyDevice::address, IPPROTO_UDP, 8)
        .udp(port);
}

Frame udp6_from_new_peer(int port) {
    const auto peer = "2001:db8::" + std::to_string(port % 5000 + 20);
    return Frame(link_address(DummyDevice::name), Frame::ip6)
        .ipv6(peer.c_str(), DummyDevice::address6, IPPROTO_UDP, 8)
        .udp(port, 0xffff);
}

void send_to_dummy(Frame (*make)(int port)) {
    static int port = 20000;
    for (int i = 0; i < packets; ++i)
        MarkedPackets::send("receive", DummyDevice::name, 1, make(++port));
}

void ask_tap(const std::string &network, int first) {
    for (int i = first; i < first + packets; ++i) {
        const auto asker = network + std::to_string(i);
        const bool v6 = asker.find(':') != asker.npos;
        MarkedPackets::send(
            "receive", UnreadTap::name, 1,
            v6 ? Frame(link_address(UnreadTap::name), Frame::ip6)
                     .solicitation(asker.c_str(), tap_address6)
               : Frame(Frame::everybody, Frame::arp).arp_request(asker.c_str(), tap_address));
    }
}

/// A tap that has no questions of its own.
class QuietTap {
  public:
    QuietTap() { ::sleep(2); } // by then it has told of its multicast groups

  private:
    Sysctl no_duplicates_{"net/ipv6/conf/default/accept_dad", "0"};
    Sysctl no_routers_{"net/ipv6/conf/default/router_solicitations", "0"};
    UnreadTap tap_;
};

/// Who asks is remembered, but not by reserve memory; who is known is answered.
void check_strangers(const std::string &network, const std::string &table) {
    const QuietTap tap;
    int first = 20;
    check_state(
        [&] {
            ask_tap(network, first);
            first += packets;
        },
        [&] { return neighbours(table); });
    INFO("whom mainline has made an entry for");
    const Loaded core{std::string(core_module)};
    const Loaded sock("sock_memalloc");
    const MarkedPackets module;
    const auto before = neighbours(table);
    ask_tap(network, 20);
    ask_tap(network, first);
    CHECK(soon(refused, packets) == packets);
    CHECK(neighbours(table) == before);
}

/// `each`: of IPv6 the group that is asked for a stranger has an entry, too.
void check_answers(const std::string &network, const char *ours, std::uint16_t protocol,
                   const std::string &table, int each) {
    const QuietTap tap;
    int number = 20;
    check_state(
        [&] {
            for (int i = 0; i < packets; ++i) {
                const auto stranger = network + std::to_string(++number);
                MarkedPackets::send("receive", UnreadTap::name, 1,
                                    Frame(link_address(UnreadTap::name), protocol)
                                        .echo_request(stranger.c_str(), ours));
            }
        },
        [&] { return neighbours(table); }, "", each);
}

/// What we are said to have sent, as an echo, on a way that has only 600 bytes.
Frame too_large(int number) {
    constexpr int needs_fragments = 4;
    const auto peer = "198.51.100." + std::to_string(number % 200 + 20);
    return Frame(link_address(DummyDevice::name), Frame::ip)
        .error(
            DummyDevice::neighbour, DummyDevice::address, needs_fragments, 600,
            Frame::inner().ipv4(DummyDevice::address, peer.c_str(), IPPROTO_ICMP, 8).u32(0).u32(0));
}

} // namespace

TEST_CASE("a connection is not tracked on behalf of a packet in reserve memory") {
    if (!packets_can_be_marked())
        return skip(no_marked_packets);
    const DummyDevice device;
    check_state([] { send_to_dummy(udp_of_new_connection); },
                [] {
                    return std::stoll(
                        read_word("/proc/sys/net/netfilter/nf_conntrack_count").value_or("-1"));
                },
                "track=1");
}

TEST_CASE("a packet in reserve memory is not answered with an error") {
    if (!packets_can_be_marked())
        return skip(no_marked_packets);
    const DummyDevice device;
    check_state([] { send_to_dummy(udp_from_new_peer); },
                [] { return snmp("Icmp", "OutDestUnreachs"); });
}

TEST_CASE("an IPv6 packet in reserve memory is not answered with an error") {
    if (!packets_can_be_marked())
        return skip(no_marked_packets);
    const DummyDevice device;
    check_state([] { send_to_dummy(udp6_from_new_peer); },
                [] { return snmp6("Icmp6OutDestUnreachs"); });
}

TEST_CASE("reserve memory does not keep the link address of a stranger who asks for ours") {
    if (!packets_can_be_marked())
        return skip(no_marked_packets);
    check_strangers("203.0.113.", "arp_cache");
}

TEST_CASE("reserve memory does not keep the link address of a stranger who asks by IPv6") {
    if (!packets_can_be_marked())
        return skip(no_marked_packets);
    check_strangers("2001:db8:1::", "ndisc_cache");
}

TEST_CASE("reserve memory does not keep a router that offers itself") {
    if (!packets_can_be_marked())
        return skip(no_marked_packets);
    const QuietTap tap;
    int number = 20;
    check_state(
        [&] {
            for (int i = 0; i < packets; ++i)
                MarkedPackets::send(
                    "receive", UnreadTap::name, 1,
                    Frame(all_nodes, Frame::ip6)
                        .advertisement(("fe80::" + std::to_string(++number)).c_str()));
        },
        [] { return neighbours("ndisc_cache"); });
}

TEST_CASE("a router's advice in reserve memory is not taken") {
    if (!packets_can_be_marked())
        return skip(no_marked_packets);
    const DummyDevice device;
    const Loaded core{std::string(core_module)};
    const Loaded sock("sock_memalloc");
    const MarkedPackets module;
    MarkedPackets::send(
        "receive", DummyDevice::name, packets,
        Frame(link_address(DummyDevice::name), Frame::ip)
            .redirect(DummyDevice::neighbour, DummyDevice::address, "192.0.2.7", "198.51.100.3"));
    CHECK(soon(refused, packets) == packets);
}

TEST_CASE("an answer to a packet in reserve memory makes no neighbour") {
    if (!packets_can_be_marked())
        return skip(no_marked_packets);
    check_answers("203.0.113.", tap_address, Frame::ip, "arp_cache", 1);
}

TEST_CASE("an answer to an IPv6 packet in reserve memory makes no neighbour") {
    if (!packets_can_be_marked())
        return skip(no_marked_packets);
    check_answers("2001:db8:1::", tap_address6, Frame::ip6, "ndisc_cache", 2);
}

TEST_CASE("a router that we have is heard, whatever memory it is in") {
    if (!packets_can_be_marked())
        return skip(no_marked_packets);
    const QuietTap tap;
    const auto advertise = [] {
        MarkedPackets::send("receive", UnreadTap::name, packets,
                            Frame(all_nodes, Frame::ip6).advertisement("fe80::99", 600));
    };
    {
        const MarkedPackets module; // the kernel takes it
        advertise();
    }
    const Loaded core{std::string(core_module)};
    const Loaded sock("sock_memalloc");
    const MarkedPackets module;
    advertise();
    MarkedPackets::send("receive", UnreadTap::name, packets,
                        Frame(all_nodes, Frame::ip6).advertisement("fe80::98", 600));
    CHECK(soon(refused, packets) == packets);
}

TEST_CASE("what a packet in reserve memory says of the way to others is not kept") {
    if (!packets_can_be_marked())
        return skip(no_marked_packets);
    const DummyDevice device;
    const Loaded core{std::string(core_module)};
    const Loaded sock("sock_memalloc");
    const MarkedPackets module;
    send_to_dummy(too_large);
    const auto not_kept = [] {
        return static_cast<std::int64_t>(counter("sock_memalloc.held_encap_refused"));
    };
    CHECK(soon(not_kept, packets) == packets);
}
