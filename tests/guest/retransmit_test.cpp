// SPDX-License-Identifier: GPL-2.0
// What was lost is sent again when the reserve is all there is.
#include "guest/interface.h"
#include "marks_client.h"
#include "short_of_memory.h"
#include "skip.h"
#include "tcp_pair.h"
#include "test_net.h"

#include <chrono>
#include <linux/filter.h>
#include <sched.h>
#include <sys/socket.h>
#include <unistd.h>

using namespace netswap;
using namespace netswap::guest;

namespace {

constexpr int send_buffer = 1 << 20;
constexpr std::size_t message = 32 << 10; // more than the first window: packets of many segments
constexpr int ethernet_mtu = 1500;
constexpr int loopback_mtu = 65536;
constexpr std::chrono::milliseconds at_most{20000}, turn{20};

/// Ethernet's MTU on lo, so that what is sent as one packet is sent again as several.
class SmallLoopback {
  public:
    SmallLoopback() { REQUIRE(set_mtu("lo", ethernet_mtu).has_value()); }
    SmallLoopback(const SmallLoopback &) = delete;
    SmallLoopback &operator=(const SmallLoopback &) = delete;
    ~SmallLoopback() { CHECK(set_mtu("lo", loopback_mtu).has_value()); }

  private:
    LoopbackDevice up_;
};

/// All that comes for the socket is lost, as long as it lives.
class Deaf {
  public:
    explicit Deaf(const Fd &socket) : socket_(socket) {
        sock_filter drop = BPF_STMT(BPF_RET | BPF_K, 0);
        const sock_fprog program{1, &drop};
        REQUIRE(::setsockopt(socket_.get(), SOL_SOCKET, SO_ATTACH_FILTER, &program,
                             sizeof program) == 0);
    }
    Deaf(const Deaf &) = delete;
    Deaf &operator=(const Deaf &) = delete;
    ~Deaf() {
        const int unused = 0;
        ::setsockopt(socket_.get(), SOL_SOCKET, SO_DETACH_FILTER, &unused, sizeof unused);
    }

  private:
    const Fd &socket_;
};

} // namespace

TEST_CASE("what a marked socket lost is sent again when the reserve is all there is") {
    if (!complete() || !image_has("starve_atomic"))
        return skip(not_complete);
    if (memory_is_kept())
        return skip(kept);
    const SmallLoopback loopback;
    const AllLoaded modules;
    const auto netlink = marks_client();
    const auto pair = connect_pair("127.0.0.1", send_buffer);
    REQUIRE(netlink->mark(pair.sender.get()).has_value());
    REQUIRE(netlink->mark(pair.receiver.get()).has_value());
    REQUIRE(reserve_is_there());
    static const std::vector<char> bytes(message);
    const ShortOfMemory shortage;
    REQUIRE(shortage.deepen_packets());
    {
        const Deaf deaf(pair.receiver);
        REQUIRE(::send(pair.sender.get(), bytes.data(), bytes.size(), MSG_NOSIGNAL) ==
                ssize_t(bytes.size()));
        REQUIRE(shortage.deepen_packets());
    }
    REQUIRE(unacknowledged(pair.sender) == int(message));
    const auto end = std::chrono::steady_clock::now() + at_most;
    while (unacknowledged(pair.sender) > 0 && std::chrono::steady_clock::now() < end) {
        (void)shortage.deepen_packets();
        ::usleep(std::chrono::microseconds(turn).count());
    }
    CHECK(unacknowledged(pair.sender) == 0);
}
