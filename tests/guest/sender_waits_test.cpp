// SPDX-License-Identifier: GPL-2.0
// Who sends a page to swap waits when transmit's share of the reserve is used up, and keeps nothing
// that an acknowledgement needs.
#include "counter.h"
#include "guest/interface.h"
#include "marks_client.h"
#include "short_of_memory.h"
#include "skip.h"
#include "tcp_pair.h"
#include "test_net.h"
#include "tree_client.h"

#include <array>
#include <atomic>
#include <chrono>
#include <linux/sockios.h>
#include <linux/tcp.h>
#include <netinet/in.h>
#include <sys/ioctl.h>
#include <sys/socket.h>

using namespace netswap;
using namespace netswap::guest;
using namespace std::chrono_literals;

namespace {

const std::string sender_module = "swap_sender";
constexpr int send_buffer = 64 << 20;
constexpr std::size_t all = 32 << 20; // more than all that is free in a shortage
constexpr std::size_t goes_on = 256 << 10;
constexpr timeval patience{60, 0};
constexpr auto turn = 20ms;
constexpr int still_turns = 50; // no byte more in so many turns: it waits
constexpr int most_turns = 1500;
constexpr unsigned period = 251; // of the bytes, as in kmod/tests/swap_sender.c

int bytes_in(const Fd &socket) {
    int bytes = -1;
    REQUIRE(::ioctl(socket.get(), SIOCINQ, &bytes) == 0);
    return bytes;
}

/// Needs the socket's lock for a moment.
tcp_info info_of(const Fd &socket) {
    tcp_info info{};
    socklen_t size = sizeof info;
    REQUIRE(::getsockopt(socket.get(), IPPROTO_TCP, TCP_INFO, &info, &size) == 0);
    return info;
}

/// A thread that sends all bytes from a reclaimer once it is told to.
class Sender {
  public:
    explicit Sender(const Fd &socket)
        : socket_(socket), order_(std::to_string(socket.get()) + " " + std::to_string(all)),
          send_(::open(("/sys/module/" + sender_module + "/parameters/send").c_str(),
                       O_WRONLY | O_CLOEXEC)) {
        REQUIRE(send_.get() >= 0);
        REQUIRE(::setsockopt(socket.get(), SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof patience) ==
                0);
        thread_ = std::thread([this] {
            while (!begun_)
                std::this_thread::sleep_for(turn);
            if (::pwrite(send_.get(), order_.data(), order_.size(), 0) != ssize_t(order_.size()))
                error_ = errno;
            ended_ = true;
        });
    }
    Sender(const Sender &) = delete;
    Sender &operator=(const Sender &) = delete;
    ~Sender() {
        if (!ended_)
            ::shutdown(socket_.get(), SHUT_RDWR);
        begun_ = true;
        thread_.join();
    }

    void begin() { begun_ = true; }
    bool ended() const { return ended_; }
    int error() const { return error_; }

  private:
    const Fd &socket_;
    std::string order_;
    Fd send_;
    std::atomic<bool> begun_ = false, ended_ = false;
    std::atomic<int> error_ = 0;
    std::thread thread_;
};

/// Bytes that were given to TCP and not read, when there are no more of them for a second.
int settled(const TcpPair &pair, const ShortOfMemory &shortage) {
    int last = -1;
    for (int turns = 0, still = 0; turns < most_turns && still < still_turns; ++turns) {
        (void)shortage.deepen_packets();
        std::this_thread::sleep_for(turn);
        const int now = unacknowledged(pair.sender) + bytes_in(pair.receiver);
        still = now > 0 && now == last ? still + 1 : 0;
        last = now;
    }
    return last;
}

struct Got {
    std::size_t bytes = 0;
    std::size_t wrong = 0;
};

/// Reads until `most` bytes have come since the beginning, or for a long time. `between` is called
/// when there are none.
template <typename Between>
void read_until(std::size_t most, const Fd &socket, Got &got, Between between) {
    static std::array<unsigned char, 1 << 16> bytes;
    const auto end = std::chrono::steady_clock::now() + most_turns * turn;
    while (got.bytes < most && std::chrono::steady_clock::now() < end) {
        const auto came = ::recv(socket.get(), bytes.data(), bytes.size(), MSG_DONTWAIT);
        for (ssize_t at = 0; at < came; ++at)
            if (bytes[std::size_t(at)] != got.bytes++ % period)
                ++got.wrong;
        if (came > 0)
            continue;
        between();
        std::this_thread::sleep_for(turn);
    }
}

} // namespace

TEST_CASE("a sender without reserve memory waits, and acknowledgements do not wait for it") {
    if (!complete() || !image_has("starve_atomic") || !image_has(sender_module))
        return skip(not_complete);
    if (memory_is_kept())
        return skip(kept);
    const LoopbackDevice loopback;
    const AllLoaded modules;
    const Loaded module(sender_module);
    const auto netlink = marks_client();
    const auto pair = connect_pair("127.0.0.1", send_buffer);
    REQUIRE(netlink->mark(pair.sender.get()).has_value());
    REQUIRE(netlink->mark(pair.receiver.get()).has_value());
    REQUIRE(reserve_is_there());
    const auto refused = counter("gfp_memalloc.refused_transmit");
    Sender sender(pair.sender);
    int waiting = 0;
    std::uint64_t acknowledged = 0;
    int arrived = 0;
    bool ended_early = false;
    Got got;
    std::size_t in_shortage = 0;
    {
        const ShortOfMemory shortage;
        REQUIRE(shortage.deepen_packets());
        sender.begin();
        waiting = settled(pair, shortage);
        ended_early = sender.ended();
        arrived = bytes_in(pair.receiver);
        acknowledged = info_of(pair.sender).tcpi_bytes_acked;
        read_until(std::size_t(waiting) + goes_on, pair.receiver, got,
                   [&] { (void)shortage.deepen_packets(); });
        in_shortage = got.bytes;
    }
    read_until(all, pair.receiver, got, [] {});
    CHECK_FALSE(ended_early);
    CHECK(waiting > 0);
    CHECK(waiting < int(all));
    CHECK(arrived > 0);
    CHECK(acknowledged >= std::uint64_t(arrived));
    CHECK(in_shortage >= std::size_t(waiting) + goes_on);
    CHECK(got.bytes == all);
    CHECK(got.wrong == 0);
    CHECK(comes_true([&] { return sender.ended(); }));
    CHECK(sender.error() == 0);
    CHECK(counter("gfp_memalloc.refused_transmit") > refused);
    const auto transmit = group_of(*open_tree(), "transmit");
    REQUIRE(transmit.high.has_value());
    INFO(waiting << " bytes waited, transmit had " << *transmit.high << " of " << transmit.pages
                 << " pages");
    CHECK(*transmit.high >= transmit.pages); // its own share it could have, and what is in nobody's
    CHECK(counter("gfp_memalloc.lowest_share") > 0);
}
