// SPDX-License-Identifier: GPL-2.0
// A marked socket goes on where the limit of its control group stops others.
#include "control_group.h"
#include "counter.h"
#include "marks_client.h"
#include "skip.h"
#include "tcp_pair.h"
#include "test_net.h"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <unistd.h>

using namespace netswap;
using namespace netswap::guest;

namespace {

constexpr int send_buffer = 4 << 20;
constexpr int receive_buffer = 64 << 10;

/// Two ends of a connection; only the sender belongs to `group`.
TcpPair connect_in(const ControlGroup &group) {
    return connect_pair(DummyDevice::address, send_buffer, receive_buffer, [&group] {
        group.enter();
        auto socket = tcp_socket();
        group.leave();
        return socket;
    });
}

/// Sends until there is no room left; returns how much of it waits to be sent.
int fill(const TcpPair &pair) {
    static const std::vector<char> chunk(64 << 10);
    while (::send(pair.sender.get(), chunk.data(), chunk.size(), MSG_NOSIGNAL) > 0)
        ;
    return unacknowledged(pair.sender);
}

std::uint64_t limits_lifted() {
    return counter("sock_memalloc.limits_lifted");
}

} // namespace

TEST_CASE("the limit of a control group does not stop a marked socket") {
    if (!complete() || !DummyDevice::there())
        return skip("needs the hooked kernel, its modules and a dummy device");
    const ControlGroup group;
    if (!group.there())
        return skip(no_control_groups);
    const DummyDevice device; // its address is reached through lo
    const LoopbackDevice loopback;
    const AllLoaded modules;
    const auto netlink = marks_client();

    const auto ordinary = connect_in(group);
    const auto marked = connect_in(group);
    REQUIRE(netlink->mark(marked.sender.get()).has_value());
    // The kernel tells at length each time that the group's limit is met and nobody is there to be
    // killed. Its log has it; the console is slow.
    const Sysctl quiet_console("kernel/printk", "1");
    group.freeze();
    const int ordinary_holds = fill(ordinary);
    const auto lifted_before = limits_lifted();
    // Nobody looks for memory on behalf of a marked socket, which may be what it would wait for.
    const auto searches_before = group.out_of_memory();
    const int marked_holds = fill(marked);
    CHECK(searches_before > 0);
    CHECK(group.out_of_memory() == searches_before);
    INFO("of " << send_buffer << " bytes the ordinary socket has " << ordinary_holds
               << " to send, the marked one " << marked_holds);
    CHECK(marked_holds >= send_buffer / 2);
    CHECK(ordinary_holds < marked_holds / 2);
    CHECK(limits_lifted() > lifted_before);
}

TEST_CASE("a full receive buffer does not stop a marked socket") {
    if (!complete())
        return skip(not_complete);
    const LoopbackDevice loopback;
    const AllLoaded modules;
    const auto netlink = marks_client();
    constexpr int window = 128 << 10, full = 8 << 10; // the kernel doubles both
    constexpr int pieces = 6;
    const std::vector<char> piece(4 << 10); // all of them occupy 30 KiB
    const auto lifted_before = limits_lifted();
    for (const bool marked : {false, true}) {
        INFO((marked ? "marked" : "ordinary"));
        const auto pair = connect_pair("127.0.0.1", send_buffer, window);
        if (marked)
            REQUIRE(netlink->mark(pair.receiver.get()).has_value());
        // The sender has been told of more room than there is now.
        const int at_once = 1;
        ::setsockopt(pair.sender.get(), IPPROTO_TCP, TCP_NODELAY, &at_once, sizeof at_once);
        ::setsockopt(pair.receiver.get(), SOL_SOCKET, SO_RCVBUF, &full, sizeof full);
        for (int i = 0; i < pieces; ++i)
            REQUIRE(::send(pair.sender.get(), piece.data(), piece.size(), MSG_NOSIGNAL) ==
                    ssize_t(piece.size()));
        for (int i = 0; i < (marked ? 50 : 1) && unacknowledged(pair.sender) > 0; ++i)
            ::usleep(300'000);
        if (marked)
            CHECK(unacknowledged(pair.sender) == 0);
        else
            CHECK(unacknowledged(pair.sender) > 0);
    }
    CHECK(limits_lifted() > lifted_before);
}
