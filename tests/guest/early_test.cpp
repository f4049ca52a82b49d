// SPDX-License-Identifier: GPL-2.0
// What a marked TCP socket gets too early waits for what is missing, which needs memory as well.
#include "counter.h"
#include "marked_packets.h"
#include "marks_client.h"
#include "short_of_memory.h"
#include "skip.h"
#include "test_net.h"
#include "tree_client.h"

#include <arpa/inet.h>
#include <array>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <unistd.h>

using namespace netswap;
using namespace netswap::guest;

namespace {

constexpr int here = 4001, there = 4000; // `there`: the port that Frame::tcp() is from
constexpr std::uint32_t next_byte = 1000, ours = 1;
constexpr int receive_buffer = 2 << 20;
constexpr int segments = 100; // a window without scaling has room for 128
constexpr int one_packet = 3; // its payload, and what its head is in

void set(const Fd &socket, int option, int value) {
    REQUIRE(::setsockopt(socket.get(), IPPROTO_TCP, option, &value, sizeof value) == 0);
}

sockaddr_in address_of(const char *text, int port) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(static_cast<std::uint16_t>(port));
    REQUIRE(::inet_pton(AF_INET, text, &address.sin_addr) == 1);
    return address;
}

/// A connection to nobody: the kernel is told that it is there, and which byte comes next.
Fd connected() {
    Fd socket(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
    REQUIRE(::setsockopt(socket.get(), SOL_SOCKET, SO_RCVBUFFORCE, &receive_buffer,
                         sizeof receive_buffer) == 0);
    set(socket, TCP_REPAIR, TCP_REPAIR_ON);
    set(socket, TCP_REPAIR_QUEUE, TCP_SEND_QUEUE);
    set(socket, TCP_QUEUE_SEQ, ours);
    set(socket, TCP_REPAIR_QUEUE, TCP_RECV_QUEUE);
    set(socket, TCP_QUEUE_SEQ, next_byte);
    const auto from = address_of(DummyDevice::address, here);
    const auto to = address_of(DummyDevice::neighbour, there);
    REQUIRE(::bind(socket.get(), reinterpret_cast<const sockaddr *>(&from), sizeof from) == 0);
    REQUIRE(::connect(socket.get(), reinterpret_cast<const sockaddr *>(&to), sizeof to) == 0);
    set(socket, TCP_REPAIR, TCP_REPAIR_OFF_NO_WP);
    return socket;
}

/// As many from segment `first` on, while memory is short. Segment 0 is what comes next.
void receive(int count, int first) {
    const auto sequence = next_byte + static_cast<std::uint32_t>(first) * payload_bytes;
    MarkedPackets::send("short", DummyDevice::name, count,
                        Frame(link_address(DummyDevice::name), Frame::ip)
                            .ipv4(DummyDevice::neighbour, DummyDevice::address, IPPROTO_TCP, 20)
                            .tcp(here, sequence));
}

} // namespace

TEST_CASE("what a marked socket gets too early leaves packets half of their share") {
    if (!packets_can_be_marked())
        return skip(no_marked_packets);
    if (memory_is_kept())
        return skip(kept);
    const DummyDevice device;
    const AllLoaded modules;
    const MarkedPackets packets;
    const auto socket = connected();
    REQUIRE(marks_client()->mark(socket.get()).has_value());
    REQUIRE(reserve_is_there());
    const auto share = group_of(*open_tree(), "packets").pages;
    REQUIRE(share / 2 < segments);
    receive(segments, 1);
    receive(1, 0);
    // What was taken from the reserve counts until it is freed.
    const auto usage = group_of(*open_tree(), "packets").usage.value_or(0);
    INFO("of " << segments << " segments " << MarkedPackets::held() << " are held, "
               << MarkedPackets::refused() << " could not be made; packets have " << usage << " of "
               << share << " pages");
    CHECK(usage > 0);
    CHECK(usage <= share / 2 + 2 * one_packet);
    CHECK(counter("sock_memalloc.held_out_of_order_refused") > 0);
    std::array<char, 2 * payload_bytes> bytes{};
    CHECK(::recv(socket.get(), bytes.data(), bytes.size(), 0) == ssize_t(bytes.size()));
}
