// SPDX-License-Identifier: GPL-2.0
// Messages that nobody would send: the kernel lives, still answers right, and keeps nothing.
#include "child.h"
#include "guest/counter_source.h"
#include "live/reserve_tree.h"
#include "marks_client.h"
#include "netlink_soup.h"
#include "skip.h"

#include <cerrno>
#include <chrono>
#include <functional>
#include <netlink/genl/ctrl.h>
#include <netlink/genl/genl.h>
#include <netlink/socket.h>
#include <optional>
#include <sched.h>
#include <sys/mman.h>
#include <sys/socket.h>

using namespace netswap;
using namespace netswap::guest;

namespace {

constexpr int most_messages = 20000; ///< of a seed
constexpr std::chrono::seconds most_time{8};

/// What a child counted, in memory that it shares with us.
struct Tally {
    int sent, refused_by_socket, answers, acknowledged, errors, bad_error;
    int not_permitted;
};

class SharedTally {
  public:
    SharedTally()
        : tally_(static_cast<Tally *>(::mmap(nullptr, sizeof(Tally), PROT_READ | PROT_WRITE,
                                             MAP_SHARED | MAP_ANONYMOUS, -1, 0))) {
        REQUIRE(static_cast<void *>(tally_) != MAP_FAILED);
    }
    SharedTally(const SharedTally &) = delete;
    SharedTally &operator=(const SharedTally &) = delete;
    ~SharedTally() { ::munmap(tally_, sizeof(Tally)); }
    Tally &get() { return *tally_; }

  private:
    Tally *tally_;
};

int family_number() {
    nl_sock *socket = nl_socket_alloc();
    const int number =
        genl_connect(socket) < 0 ? -1 : genl_ctrl_resolve(socket, NETSWAP_FAMILY_NAME);
    nl_socket_free(socket);
    return number;
}

/// Descriptors of all kinds, most of them below 24, for requests to name.
std::vector<Fd> all_kinds_of_sockets() {
    struct Kind {
        int family, type, protocol;
    };
    std::vector<Fd> sockets;
    for (const auto &kind :
         {Kind{AF_INET, SOCK_STREAM, 0}, Kind{AF_INET, SOCK_DGRAM, 0},
          Kind{AF_INET6, SOCK_STREAM, 0}, Kind{AF_UNIX, SOCK_STREAM, 0},
          Kind{AF_UNIX, SOCK_DGRAM, 0}, Kind{AF_UNIX, SOCK_SEQPACKET, 0},
          Kind{AF_INET, SOCK_RAW, 1}, Kind{AF_PACKET, SOCK_RAW, 0}, Kind{AF_NETLINK, SOCK_RAW, 0}})
        sockets.emplace_back(::socket(kind.family, kind.type | SOCK_CLOEXEC, kind.protocol));
    Fd listening(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
    ::listen(listening.get(), 1);
    sockets.push_back(std::move(listening));
    return sockets;
}

/// Takes all answers that are there; a list goes on while it is read.
void take_answers(int fd, Tally &tally) {
    alignas(nlmsghdr) static std::array<char, 32768> buffer;
    ssize_t got = 0;
    while ((got = ::recv(fd, buffer.data(), buffer.size(), MSG_DONTWAIT)) > 0) {
        auto left = static_cast<int>(got);
        for (auto *message = reinterpret_cast<nlmsghdr *>(buffer.data()); NLMSG_OK(message, left);
             message = NLMSG_NEXT(message, left)) {
            ++tally.answers;
            if (message->nlmsg_type != NLMSG_ERROR)
                continue;
            const int error = static_cast<const nlmsgerr *>(NLMSG_DATA(message))->error;
            if (error == 0)
                ++tally.acknowledged;
            else if (error == -EPERM)
                ++tally.not_permitted;
            else
                ++tally.errors;
            if (error > 0 || error < -4095)
                ++tally.bad_error;
        }
    }
}

/// In a child: sends the soup of `seed`, until the bounds are reached.
int send_soup(std::uint32_t seed, int family, Tally &tally) {
    const auto sockets = all_kinds_of_sockets();
    const Fd netlink(::socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_GENERIC));
    if (!netlink.valid())
        return 1;
    sockaddr_nl kernel{};
    kernel.nl_family = AF_NETLINK;
    NetlinkSoup soup(seed, family);
    const auto end = std::chrono::steady_clock::now() + most_time;
    while (tally.sent < most_messages && std::chrono::steady_clock::now() < end) {
        const auto message = soup.next();
        if (::sendto(netlink.get(), message.data(), message.size(), MSG_DONTWAIT,
                     reinterpret_cast<const sockaddr *>(&kernel), sizeof kernel) < 0)
            ++tally.refused_by_socket;
        ++tally.sent;
        take_answers(netlink.get(), tally);
    }
    return 0;
}

std::string in_words(std::uint32_t seed, const Tally &tally) {
    return "seed " + std::to_string(seed) + ": " + std::to_string(tally.sent) + " messages, " +
           std::to_string(tally.answers) + " answers, " + std::to_string(tally.acknowledged) +
           " acknowledged, " + std::to_string(tally.errors + tally.not_permitted) + " refused (" +
           std::to_string(tally.not_permitted) + " for want of privilege)";
}

/// The case's figures go to the kernel's log, where they stand also when all went well.
void log_line(const std::string &text) {
    (void)write_text("/dev/kmsg", "netlink soup, " + text + "\n");
}

/// What the family says of itself, but for what a transport holds for a while after its last
/// socket.
std::string ask() {
    const auto marks = marks_client();
    const auto policy = marks->policy();
    REQUIRE(policy.has_value());
    const auto listed = marks->list();
    REQUIRE(listed.has_value());
    CHECK(listed->size() == policy->marked_sockets);
    auto answers = policy->policy + ", " + std::to_string(listed->size()) + " marks";
    if (!hooked())
        return answers;
    const auto tree = live::KernelReserveTree::open();
    REQUIRE(tree.has_value());
    const auto groups = (*tree)->list();
    REQUIRE(groups.has_value());
    for (const auto &group : *groups)
        answers += ", " + group.name + (group.set ? "=" + std::to_string(*group.set) : "");
    NetlinkCounters source;
    const auto counters = source.read();
    REQUIRE(counters.has_value());
    return answers + ", " + std::to_string(counters->size()) + " counters";
}

/// Takes back what acknowledged requests did to the tree.
void reset_tree() {
    if (!hooked())
        return;
    const auto tree = live::KernelReserveTree::open();
    REQUIRE(tree.has_value());
    const auto groups = (*tree)->list();
    REQUIRE(groups.has_value());
    for (const auto &group : *groups) {
        (void)(*tree)->set(group.name, std::nullopt);
        (void)(*tree)->activate(group.name, false);
    }
}

constexpr const char *missing = "needs the hooked kernel and its modules, or netswap_mark";

bool possible() {
    return complete() || stock_with_marks();
}

/// All modules that this kernel can have, as long as this object lives.
class Modules {
    std::optional<AllLoaded> all_;
    std::optional<Loaded> stock_;

  public:
    Modules() {
        if (hooked())
            all_.emplace();
        else
            stock_.emplace(stock_module);
    }
};

/// The family with all that can answer for it, and what it said at first.
struct Family {
    Modules modules;
    int number = family_number();
    std::string at_first = ask();

    Family() { REQUIRE(number > 0); }
};

constexpr int cannot_be_tried = 77; ///< exit status of a child

/// Sends a soup from a child, which `prepare` makes what it is to be: 0, or the child's exit
/// status. Checks what has to be so whoever sends it; nothing if it cannot be tried here.
std::optional<Tally> pour(std::uint32_t seed, const Family &family,
                          const std::function<int()> &prepare, const std::string &who = "") {
    SharedTally shared;
    const int status = in_child([&] {
        const int unfit = prepare();
        return unfit != 0 ? unfit : send_soup(seed, family.number, shared.get());
    });
    if (status == cannot_be_tried)
        return std::nullopt;
    const auto &tally = shared.get();
    const auto words = in_words(seed, tally) + who;
    log_line(words);
    INFO(words);
    CHECK(status == 0);
    CHECK(tally.sent > 100);
    CHECK(tally.errors + tally.not_permitted > 0);
    CHECK(tally.bad_error == 0);
    return tally;
}

} // namespace

TEST_CASE("attribute soup leaves the family as it was") {
    if (!possible())
        return skip(missing);
    {
        const Family family;
        for (const std::uint32_t seed : {1U, 2U, 3U}) {
            const auto tally = pour(seed, family, [] { return 0; });
            REQUIRE(tally.has_value());
            CHECK(tally->acknowledged > 0);
            CHECK(tally->errors > 0);
            reset_tree();
            CHECK(comes_true([] { return marks_client()->policy()->marked_sockets == 0; }));
            CHECK(ask() == family.at_first);
        }
    }
    // The modules could be unloaded, so nobody holds a reference any more, and nothing stayed.
    if (hooked()) {
        CHECK(reserve("emergency_pages") == "0");
        CHECK(reserve("marked_sockets") == "0");
    }
    const Modules again;
    CHECK(marks_client()->list()->empty());
}

TEST_CASE("attribute soup without privilege changes nothing") {
    if (!possible())
        return skip(missing);
    const Family family;
    const auto pages = reserve("emergency_pages");
    const auto check = [&](const Tally &tally) {
        CHECK(tally.not_permitted > 0);
        CHECK(ask() == family.at_first);
        CHECK(reserve("emergency_pages") == pages);
    };
    const auto unprivileged =
        pour(4, family, [] { return drop_capability(CAP_NET_ADMIN) ? 0 : 64; });
    REQUIRE(unprivileged.has_value());
    check(*unprivileged);
    // Not every kernel has user namespaces.
    const auto elsewhere = pour(
        4, family,
        [] {
            if (::unshare(CLONE_NEWUSER) == 0)
                return 0;
            return errno == EINVAL ? cannot_be_tried : 64;
        },
        ", own namespace");
    if (elsewhere)
        check(*elsewhere);
}
