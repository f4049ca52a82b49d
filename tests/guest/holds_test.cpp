// SPDX-License-Identifier: GPL-2.0
// Where a packet in reserve memory could be held: mainline holds it, which is the control of each
// case, and sock_memalloc does not let it.
#include "counter.h"
#include "guest/sysfile.h"
#include "lib/fd.h"
#include "marked_packets.h"
#include "skip.h"
#include "test_net.h"

#include <functional>
#include <linux/if_ether.h>
#include <map>
#include <netinet/in.h>
#include <unistd.h>

using namespace netswap;
using namespace netswap::guest;

namespace {

constexpr int packets = 4;
constexpr int closed_port = 9;
constexpr int waiting_at_most = 128; // SOCK_MEMALLOC_MAX_BACKLOG

/// Runs `send` twice, without and with the answers of sock_memalloc: `packets` payloads are held,
/// and none.
void check_hold(const std::string &place, const std::function<void()> &send,
                const std::string &params = "") {
    {
        INFO("mainline");
        const MarkedPackets module(params);
        send();
        CHECK(MarkedPackets::held() == packets);
    }
    INFO("sock_memalloc, " << place);
    const Loaded core{std::string(core_module)};
    const Loaded sock("sock_memalloc");
    const MarkedPackets module(params);
    send();
    CHECK(MarkedPackets::held() == 0);
    CHECK(counter("sock_memalloc.held_" + place + "_refused") == packets);
}

Frame udp_to(const char *device, const char *from, const char *to, int port) {
    return Frame(link_address(device), Frame::ip).ipv4(from, to, IPPROTO_UDP, 8).udp(port);
}

Frame udp_to_dummy(int port = closed_port) {
    return udp_to(DummyDevice::name, DummyDevice::neighbour, DummyDevice::address, port);
}

Frame udp6_to(const char *to, int port) {
    return Frame(link_address(DummyDevice::name), Frame::ip6)
        .ipv6(DummyDevice::neighbour6, to, IPPROTO_UDP, 8)
        .udp(port);
}

Frame udp_to_tap() {
    return udp_to(UnreadTap::name, DummyDevice::address, UnreadTap::neighbour, closed_port);
}

/// The first fragment of datagram `id`, whose others never come.
Frame fragment(int id) {
    constexpr int more_fragments = 0x2000;
    return Frame(link_address(DummyDevice::name), Frame::ip)
        .ipv4(DummyDevice::neighbour, DummyDevice::address, IPPROTO_UDP, 0, id, more_fragments);
}

Frame fragment6(int id) {
    constexpr int more_fragments = 1;
    return Frame(link_address(DummyDevice::name), Frame::ip6)
        .ipv6(DummyDevice::neighbour6, DummyDevice::address6, IPPROTO_FRAGMENT, 8)
        .u8(IPPROTO_UDP)
        .u8(0)
        .u16(more_fragments)
        .u32(static_cast<std::uint32_t>(id));
}

Frame segment(std::uint32_t number) {
    return Frame(link_address(DummyDevice::name), Frame::ip)
        .ipv4(DummyDevice::neighbour, DummyDevice::address, IPPROTO_TCP, 20)
        .tcp(closed_port, 1 + number * payload_bytes);
}

/// One after the other, each of a datagram of its own.
void check_fragments(Frame (*fragment_of)(int id), const std::string &params = "") {
    const DummyDevice device;
    int id = 100;
    check_hold(
        "fragment",
        [&] {
            for (int i = 0; i < packets; ++i)
                MarkedPackets::send("receive", DummyDevice::name, 1, fragment_of(id++));
        },
        params);
}

/// IPv6 packets of which IP itself, not connection tracking, waits for the rest.
int incomplete_at_ip() {
    const std::string title = "FRAG6: inuse ";
    const auto text = read_text("/proc/net/sockstat6").value_or("");
    const auto at = text.find(title);
    REQUIRE(at != text.npos);
    return std::stoi(text.substr(at + title.size()));
}

/// `make`: a packet for a neighbour of the tap.
void check_not_forwarded(Frame (*make)()) {
    const DummyDevice device;
    const UnreadTap tap;
    const Forwarding on;
    check_hold("forward",
               [&] { MarkedPackets::send("receive", DummyDevice::name, packets, make()); });
}

} // namespace

TEST_CASE("a fragment in reserve memory does not wait for the others") {
    if (!packets_can_be_marked())
        return skip(no_marked_packets);
    check_fragments(fragment);
}

TEST_CASE("an IPv6 fragment in reserve memory does not wait for the others") {
    if (!packets_can_be_marked())
        return skip(no_marked_packets);
    check_fragments(fragment6);
}

TEST_CASE("an IPv6 fragment in reserve memory does not wait to be tracked") {
    if (!packets_can_be_marked())
        return skip(no_marked_packets);
    const auto before = incomplete_at_ip();
    check_fragments(fragment6, "track=1");
    CHECK(incomplete_at_ip() <= before); // those of other cases end meanwhile
}

TEST_CASE("a packet in reserve memory is not forwarded") {
    if (!packets_can_be_marked())
        return skip(no_marked_packets);
    check_not_forwarded([] {
        return udp_to(DummyDevice::name, DummyDevice::neighbour, UnreadTap::neighbour, closed_port);
    });
}

TEST_CASE("an IPv6 packet in reserve memory is not forwarded") {
    if (!packets_can_be_marked())
        return skip(no_marked_packets);
    check_not_forwarded([] { return udp6_to(UnreadTap::neighbour6, closed_port); });
}

TEST_CASE("a packet in reserve memory that came from elsewhere is not queued to a device") {
    if (!packets_can_be_marked())
        return skip(no_marked_packets);
    const UnreadTap tap;
    check_hold("qdisc",
               [] { MarkedPackets::send("pass", UnreadTap::name, packets, udp_to_tap()); });
}

TEST_CASE("a packet in reserve memory is not given to the program behind a tap") {
    if (!packets_can_be_marked())
        return skip(no_marked_packets);
    const UnreadTap tap;
    check_hold("tun",
               [] { MarkedPackets::send("transmit", UnreadTap::name, packets, udp_to_tap()); });
}

TEST_CASE("a packet in reserve memory does not wait for a link address") {
    if (!packets_can_be_marked())
        return skip(no_marked_packets);
    const UnreadTap tap;
    check_hold("neighbour",
               [] { MarkedPackets::send("route", UnreadTap::name, packets, udp_to_tap()); });
}

TEST_CASE("a question for a link address in reserve memory does not wait for its proxy") {
    if (!packets_can_be_marked())
        return skip(no_marked_packets);
    const DummyDevice device;
    const UnreadTap tap;
    const SlowProxy proxy(UnreadTap::name);
    check_hold("neighbour", [] {
        MarkedPackets::send("receive", UnreadTap::name, packets,
                            Frame(Frame::everybody, Frame::arp)
                                .arp_request(UnreadTap::neighbour, DummyDevice::neighbour));
    });
}

TEST_CASE("a packet socket bound to one protocol does not keep reserve memory") {
    if (!packets_can_be_marked())
        return skip(no_marked_packets);
    const DummyDevice device;
    const auto socket = packet_socket(DummyDevice::name, ETH_P_IP);
    int drained = 0;
    check_hold("packet", [&] {
        std::array<char, 2048> buffer{};
        while (::recv(socket.get(), buffer.data(), buffer.size(), MSG_DONTWAIT) > 0)
            ++drained;
        MarkedPackets::send("receive", DummyDevice::name, packets, udp_to_dummy());
    });
    CHECK(drained >= packets);
}

TEST_CASE("a packet in reserve memory is not given to a queue of the packet filter") {
    if (!packets_can_be_marked())
        return skip(no_marked_packets);
    const DummyDevice device;
    const UnreadQueue queue;
    check_hold("nfqueue",
               [] { MarkedPackets::send("receive", DummyDevice::name, packets, udp_to_dummy()); });
}

TEST_CASE("a tunnel over UDP that carries no swap traffic does not get reserve memory") {
    if (!packets_can_be_marked())
        return skip(no_marked_packets);
    const DummyDevice device;
    check_hold("encap", [] {
        MarkedPackets::send("receive", DummyDevice::name, packets, udp_to_dummy(tunnel_port));
    });
}

TEST_CASE("a tunnel over UDP on IPv6 that carries no swap traffic does not get reserve memory") {
    if (!packets_can_be_marked())
        return skip(no_marked_packets);
    const DummyDevice device;
    check_hold("encap", [] {
        MarkedPackets::send("receive", DummyDevice::name, packets,
                            udp6_to(DummyDevice::address6, tunnel_port));
    });
}

TEST_CASE("not all packets that wait for another CPU are in reserve memory") {
    if (!packets_can_be_marked())
        return skip(no_marked_packets);
    constexpr int flood = 300;
    const DummyDevice device;
    {
        const MarkedPackets module;
        MarkedPackets::send("receive", DummyDevice::name, flood, udp_to_dummy());
        CHECK(MarkedPackets::refused() == 0);
    }
    const Loaded core{std::string(core_module)};
    const Loaded sock("sock_memalloc");
    const MarkedPackets module;
    // Twice: what has left the queue does not count any more.
    for (int round = 1; round <= 2; ++round) {
        MarkedPackets::send("receive", DummyDevice::name, flood, udp_to_dummy());
        CHECK(MarkedPackets::held() == 0);
        CHECK(MarkedPackets::refused() == round * (flood - waiting_at_most));
    }
    CHECK(counter("sock_memalloc.held_backlog_refused") == 2 * (flood - waiting_at_most));
}

/// The mark of the second part would be lost in the first, and a packet socket would get both.
TEST_CASE("segments in reserve memory are not merged with others on receive") {
    if (!packets_can_be_marked())
        return skip(no_marked_packets);
    const DummyDevice device;
    const auto receive = [] {
        const auto socket = packet_socket(DummyDevice::name, ETH_P_IP);
        MarkedPackets::send("gro-plain", DummyDevice::name, 1, segment(0));
        MarkedPackets::send("gro", DummyDevice::name, 1, segment(1));
        MarkedPackets::send("gro-end", DummyDevice::name, 1, segment(2));
        return MarkedPackets::held();
    };
    {
        INFO("mainline");
        const MarkedPackets module;
        CHECK(receive() == 2);
    }
    const Loaded core{std::string(core_module)};
    const Loaded sock("sock_memalloc");
    const MarkedPackets module;
    CHECK(receive() == 1);
    CHECK(counter("sock_memalloc.held_merge_refused") == 1);
}

TEST_CASE("an error in reserve memory does not wait for a program") {
    if (!packets_can_be_marked())
        return skip(no_marked_packets);
    constexpr int port = 4791, host_unreachable = 1;
    const DummyDevice device;
    const Fd socket(::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0));
    const int on = 1;
    REQUIRE(::setsockopt(socket.get(), IPPROTO_IP, IP_RECVERR, &on, sizeof(on)) == 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    REQUIRE(::bind(socket.get(), reinterpret_cast<const sockaddr *>(&address), sizeof(address)) ==
            0);
    const auto said = Frame::inner()
                          .ipv4(DummyDevice::address, DummyDevice::neighbour, IPPROTO_UDP, 8)
                          .u16(port)
                          .u16(closed_port)
                          .u32(0);
    check_hold("later", [&] {
        MarkedPackets::send(
            "receive", DummyDevice::name, packets,
            Frame(link_address(DummyDevice::name), Frame::ip)
                .error(DummyDevice::neighbour, DummyDevice::address, host_unreachable, 0, said));
    });
}

TEST_CASE("a question for multicast groups in reserve memory does not wait for a worker") {
    if (!packets_can_be_marked())
        return skip(no_marked_packets);
    const DummyDevice device;
    const Loaded core{std::string(core_module)};
    const Loaded sock("sock_memalloc");
    const MarkedPackets module;
    MarkedPackets::send("receive", DummyDevice::name, packets,
                        Frame({0x33, 0x33, 0, 0, 0, 1}, Frame::ip6).group_query("fe80::99"));
    MarkedPackets::held(); // gives them time
    CHECK(counter("sock_memalloc.held_later_refused") == packets);
}
