// SPDX-License-Identifier: GPL-2.0
// Memory is short, packets arrive in reserve memory: a marked socket gets them,
// an ordinary one does not. Nothing is simulated: a module takes the memory there is,
// and the host answers pings.
#include "guest/counter_source.h"
#include "guest/network.h"
#include "lab_kernel.h"
#include "lib/proc_parse.h"
#include "marks_client.h"
#include "short_of_memory.h"
#include "skip.h"

#include <arpa/inet.h>
#include <chrono>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <map>
#include <net/if_arp.h>
#include <netinet/ip_icmp.h>
#include <poll.h>
#include <sched.h>
#include <string>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <vector>

using namespace netswap;
using namespace netswap::guest;

namespace {

constexpr int pings = 900;        // more than a receive ring holds, three times over
constexpr int enough_losses = 40; // of the ordinary socket against the marked one
constexpr std::size_t ping_bytes = 1200;
constexpr int reply_limit_ms = 20;
constexpr auto shortage_limit = std::chrono::seconds(30);

std::map<std::string, std::uint64_t> counters() {
    NetlinkCounters source;
    const auto list = source.read();
    REQUIRE(list.has_value());
    return {list->begin(), list->end()};
}

std::uint64_t stock_drops() {
    const auto text = read_text("/proc/net/netstat").value_or("");
    return parse_netstat(text, "TcpExt", "PFMemallocDrop").value_or(0);
}

/// Sends from one raw socket; every raw socket of the guest sees every reply.
class Pinger {
  public:
    explicit Pinger(const char *address) {
        to_.sin_family = AF_INET;
        ::inet_pton(AF_INET, address, &to_.sin_addr);
        for (auto *socket : {&sender_, &listener_})
            *socket = Fd(::socket(AF_INET, SOCK_RAW | SOCK_CLOEXEC | SOCK_NONBLOCK, IPPROTO_ICMP));
    }

    [[nodiscard]] int sender() const { return sender_.get(); }

    /// Keeps the host's link address for good: while memory is short the kernel may fail to ask for
    /// it anew, and then no ping leaves.
    [[nodiscard]] bool pin_link_address() const {
        arpreq entry{};
        std::memcpy(&entry.arp_pa, &to_, sizeof to_);
        std::ifstream table("/proc/net/arp");
        std::string row, last;
        while (std::getline(table, row))
            last = row;
        const auto device = last.substr(last.find_last_of(' ') + 1);
        device.copy(entry.arp_dev, sizeof entry.arp_dev - 1);
        if (::ioctl(sender_.get(), SIOCGARP, &entry) != 0)
            return false;
        entry.arp_flags = ATF_PERM | ATF_COM;
        return ::ioctl(sender_.get(), SIOCSARP, &entry) == 0;
    }

    /// Sends pings one by one, at most `count`, until the listener missed enough of what the
    /// sender got or time is over. Calls `before_each` first, while it says true. Allocates
    /// nothing.
    template <typename Before>
    void run(int count, const Before &before_each) {
        const auto end = std::chrono::steady_clock::now() + shortage_limit;
        for (int i = 0; i < count && missed() < enough_losses; ++i) {
            if (std::chrono::steady_clock::now() > end || !before_each())
                return;
            ++sequence_;
            auto *header = reinterpret_cast<icmphdr *>(packet_.data());
            *header = {};
            header->type = ICMP_ECHO;
            header->un.echo.sequence = htons(sequence_);
            header->checksum = checksum();
            ++sent_;
            if (::sendto(sender_.get(), packet_.data(), packet_.size(), 0,
                         reinterpret_cast<sockaddr *>(&to_), sizeof to_) < 0) {
                ++send_errors_;
                last_send_error_ = errno;
                continue;
            }
            seen_by_sender_ += take_reply(sender_.get(), reply_limit_ms);
            seen_by_listener_ += take_reply(listener_.get(), 0);
        }
    }

    [[nodiscard]] int sent() const { return sent_; }
    [[nodiscard]] std::string send_errors() const {
        return std::to_string(send_errors_) +
               (send_errors_ > 0 ? std::string(" (") + std::strerror(last_send_error_) + ")" : "");
    }
    [[nodiscard]] int sender_got() const { return seen_by_sender_; }
    [[nodiscard]] int missed() const { return seen_by_sender_ - seen_by_listener_; }
    [[nodiscard]] int listener_got() const { return seen_by_listener_; }

  private:
    std::uint16_t checksum() const {
        std::uint32_t sum = 0;
        for (std::size_t i = 0; i < packet_.size(); i += 2)
            sum += static_cast<std::uint32_t>(packet_[i] | packet_[i + 1] << 8);
        while (sum >> 16)
            sum = (sum & 0xffff) + (sum >> 16);
        return static_cast<std::uint16_t>(~sum);
    }

    /// 1 if the reply to the last ping came in time; older ones are passed over.
    int take_reply(int socket, int limit_ms) {
        pollfd wait{socket, POLLIN, 0};
        while (::poll(&wait, 1, limit_ms) > 0) {
            const auto got = ::recv(socket, reply_.data(), reply_.size(), 0);
            if (got < static_cast<ssize_t>(sizeof(iphdr) + sizeof(icmphdr)))
                continue;
            const auto *header = reinterpret_cast<icmphdr *>(reply_.data() + sizeof(iphdr));
            if (header->type == ICMP_ECHOREPLY && header->un.echo.sequence == htons(sequence_))
                return 1;
        }
        return 0;
    }

    sockaddr_in to_{};
    Fd sender_;
    Fd listener_;
    std::array<unsigned char, ping_bytes> packet_{};
    std::array<unsigned char, 2048> reply_{};
    std::uint16_t sequence_ = 0;
    int seen_by_sender_ = 0;
    int seen_by_listener_ = 0;
    int sent_ = 0;
    int send_errors_ = 0;
    int last_send_error_ = 0;
};

/// Stays on one CPU as long as it lives. The kernel keeps a route per CPU, and has no memory for
/// another one while memory is short.
class OneCpu {
  public:
    OneCpu() {
        ::sched_getaffinity(0, sizeof before_, &before_);
        cpu_set_t one;
        CPU_ZERO(&one);
        CPU_SET(::sched_getcpu(), &one);
        ::sched_setaffinity(0, sizeof one, &one);
    }
    OneCpu(const OneCpu &) = delete;
    OneCpu &operator=(const OneCpu &) = delete;
    ~OneCpu() { ::sched_setaffinity(0, sizeof before_, &before_); }

  private:
    cpu_set_t before_{};
};

/// Packets are handled by a kernel thread, not in softirq, as long as it lives.
class ThreadedNapi {
  public:
    explicit ThreadedNapi(const std::string &interface)
        : file_("/sys/class/net/" + interface + "/threaded") {
        REQUIRE(write_text(file_, "1").has_value());
        REQUIRE(read_word(file_) == "1");
    }
    ThreadedNapi(const ThreadedNapi &) = delete;
    ThreadedNapi &operator=(const ThreadedNapi &) = delete;
    ~ThreadedNapi() { (void)write_text(file_, "0"); }

  private:
    std::string file_;
};

/// The whole test, wherever the kernel handles received packets.
void check_who_gets_the_replies() {
    if (!complete())
        return skip(not_complete);
    if (memory_is_kept())
        return skip(kept);
    const char *server = std::getenv("NETSWAP_SERVER");
    Pinger pinger(server != nullptr ? server : "");
    const OneCpu stay;
    pinger.run(3, [] { return true; });
    if (pinger.sender_got() == 0)
        return skip("the host does not answer pings");
    CHECK(pinger.listener_got() > 0);
    REQUIRE(pinger.pin_link_address());

    const AllLoaded modules;
    const auto netlink = marks_client();
    REQUIRE(netlink->mark(pinger.sender()).has_value());

    REQUIRE(write_text("/sys/module/netswap/parameters/check", "1").has_value());
    const auto drops_before = stock_drops();
    const int marked_before = pinger.sender_got();
    const int ordinary_before = pinger.listener_got();
    {
        const ShortOfMemory shortage;
        REQUIRE(shortage.deepen());
        pinger.run(pings, [&shortage] { return shortage.deepen(); });
    }
    const int marked = pinger.sender_got() - marked_before;
    const int ordinary = pinger.listener_got() - ordinary_before;
    auto counted = counters();
    INFO("of " << pinger.sent() << " pings, " << pinger.send_errors()
               << " not sent, the marked socket got " << marked << ", the ordinary one " << ordinary
               << "; dropped " << counted["sock_memalloc.skb_dropped_socket"] << ", delivered "
               << counted["sock_memalloc.skb_delivered"] << ", pages marked "
               << counted["gfp_memalloc.pages_marked"] << ", refills "
               << counted["rx_reserve.refills_poll"]);
    CHECK(marked - ordinary >= enough_losses / 2);
    CHECK(counted["gfp_memalloc.pages_marked"] > 0);
    CHECK(counted["rx_reserve.refills_poll"] > 0);
    // The refills are in the list of docs/forward-progress.md.
    CHECK(counted["gfp_memalloc.check_listed"] > 0);
    CHECK(counted["sock_memalloc.skb_marked"] > 0);
    CHECK(counted["sock_memalloc.skb_delivered"] > 0);
    CHECK(counted["sock_memalloc.skb_dropped_socket"] > 0);
    CHECK(stock_drops() > drops_before);
}

} // namespace

TEST_CASE("reserve memory reaches marked sockets only") {
    check_who_gets_the_replies();
}

TEST_CASE("reserve memory reaches marked sockets only, with threaded NAPI") {
    const auto nic = find_nic();
    if (!nic)
        return skip("needs a network card");
    const ThreadedNapi threaded(nic->interface);
    check_who_gets_the_replies();
}
