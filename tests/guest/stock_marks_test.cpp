// SPDX-License-Identifier: GPL-2.0
// netswap_mark: marks on a kernel without hooks. Whether one is in force shows in the kernel's
// count of marked sockets, which opens the reserve to received packets.
#include "marks_client.h"
#include "skip.h"

#include <arpa/inet.h>
#include <net/if.h>
#include <netinet/in.h>
#include <sys/ioctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>

using namespace netswap;
using namespace netswap::guest;

namespace {

constexpr int table_size = 256;

int count() {
    const auto word = read_word("/sys/module/netswap_mark/parameters/memalloc_socks");
    REQUIRE(word.has_value());
    return std::stoi(*word);
}

/// A closed socket is found within a second.
bool count_comes_to(int wanted) {
    for (int tries = 0; tries < 150 && count() != wanted; ++tries)
        ::usleep(20'000);
    return count() == wanted;
}

Fd new_socket(int family, int type, int protocol = 0) {
    Fd made(::socket(family, type | SOCK_CLOEXEC, protocol));
    REQUIRE(made.valid());
    return made;
}

std::uint32_t inode_of(const Fd &socket) {
    struct stat info {};
    ::fstat(socket.get(), &info);
    return static_cast<std::uint32_t>(info.st_ino);
}

void loopback_up() {
    const auto control = new_socket(AF_INET, SOCK_DGRAM);
    ifreq request{};
    std::string("lo").copy(request.ifr_name, sizeof request.ifr_name - 1);
    request.ifr_flags = IFF_UP | IFF_RUNNING;
    REQUIRE(::ioctl(control.get(), SIOCSIFFLAGS, &request) == 0);
}

struct TcpPair {
    Fd listener, client, server;

    TcpPair() {
        loopback_up();
        listener = new_socket(AF_INET, SOCK_STREAM);
        sockaddr_in at{};
        at.sin_family = AF_INET;
        at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        socklen_t size = sizeof at;
        auto *address = reinterpret_cast<sockaddr *>(&at);
        REQUIRE(::bind(listener.get(), address, sizeof at) == 0);
        REQUIRE(::listen(listener.get(), 1) == 0);
        REQUIRE(::getsockname(listener.get(), address, &size) == 0);
        client = new_socket(AF_INET, SOCK_STREAM);
        REQUIRE(::connect(client.get(), address, sizeof at) == 0);
        server = Fd(::accept(listener.get(), nullptr, nullptr));
        REQUIRE(server.valid());
    }
};

void check_refused(live::KernelMarks &netlink, int fd, int error, const char *words) {
    INFO("descriptor " << fd);
    const auto done = netlink.mark(fd);
    REQUIRE_FALSE(done.has_value());
    CHECK(netlink.last_errno() == error);
    CHECK(done.error().message == words);
}

} // namespace

TEST_CASE("without hooks, a mark stays while its socket is open and goes with it") {
    if (!stock_with_marks())
        return skip(not_stock);
    const Loaded module(stock_module);
    const auto netlink = marks_client();
    const int before = count();
    TcpPair pair;
    const auto id = netlink->mark(pair.client.get());
    REQUIRE(id.has_value());
    CHECK(count() == before + 1);
    ::usleep(2'200'000); // the work item has looked twice
    CHECK(count() == before + 1);
    const auto listed = netlink->list();
    REQUIRE(listed.has_value());
    REQUIRE(listed->size() == 1);
    CHECK(listed->front().id == *id);
    CHECK(listed->front().inode == inode_of(pair.client));
    CHECK(listed->front().protocol == IPPROTO_TCP);
    CHECK(listed->front().remote.find("127.0.0.1:") == 0);
    CHECK(listed->front().by_user);
    CHECK(netlink->policy()->policy == "stock");
    CHECK(netlink->policy()->marked_sockets == 1);

    pair.client.reset();
    CHECK(count_comes_to(before));
    CHECK(netlink->list()->empty());
}

TEST_CASE("without hooks, a mark is taken back by id and by descriptor") {
    if (!stock_with_marks())
        return skip(not_stock);
    const Loaded module(stock_module);
    const auto netlink = marks_client();
    const int before = count();
    const auto socket = new_socket(AF_INET, SOCK_STREAM);
    const auto id = netlink->mark(socket.get());
    REQUIRE(id.has_value());
    CHECK(netlink->unmark(*id).has_value());
    CHECK(count() == before);
    const auto again = netlink->unmark(*id);
    REQUIRE_FALSE(again.has_value());
    CHECK(netlink->last_errno() == ENOENT);
    CHECK(again.error().message == "no such mark");
    REQUIRE(netlink->mark(socket.get()).has_value());
    CHECK(netlink->unmark_fd(socket.get()).has_value());
    CHECK(count() == before);
}

TEST_CASE("without hooks, the kinds of sockets that can be marked are marked") {
    if (!stock_with_marks())
        return skip(not_stock);
    const Loaded module(stock_module);
    const auto netlink = marks_client();
    const int before = count();
    sockaddr_un at{};
    at.sun_family = AF_UNIX;
    const std::string path = "/tmp/marked";
    path.copy(at.sun_path, sizeof at.sun_path - 1);
    ::unlink(path.c_str());
    {
        const auto udp = new_socket(AF_INET, SOCK_DGRAM);
        const auto tcp6 = new_socket(AF_INET6, SOCK_STREAM);
        const auto local = new_socket(AF_UNIX, SOCK_STREAM);
        REQUIRE(::bind(local.get(), reinterpret_cast<const sockaddr *>(&at), sizeof at) == 0);
        for (const auto *socket : {&udp, &tcp6, &local})
            REQUIRE(netlink->mark(socket->get()).has_value());
        const auto listed = netlink->list();
        REQUIRE(listed.has_value());
        REQUIRE(listed->size() == 3);
        CHECK((*listed)[0].protocol == IPPROTO_UDP);
        CHECK((*listed)[1].family == AF_INET6);
        CHECK((*listed)[2].family == AF_UNIX);
        CHECK((*listed)[2].local == path);
        CHECK(count() == before + 3);
    }
    CHECK(count_comes_to(before));
}

TEST_CASE("without hooks, what cannot be marked is refused in words") {
    if (!stock_with_marks())
        return skip(not_stock);
    const Loaded module(stock_module);
    const auto netlink = marks_client();
    const int before = count();
    constexpr const char *kinds = "such sockets cannot be marked; TCP, UDP and UNIX streams can";
    const auto raw = new_socket(AF_INET, SOCK_RAW, IPPROTO_ICMP);
    const auto datagram = new_socket(AF_UNIX, SOCK_DGRAM);
    check_refused(*netlink, raw.get(), EPROTONOSUPPORT, kinds);
    check_refused(*netlink, datagram.get(), EPROTONOSUPPORT, kinds);
    const TcpPair pair;
    check_refused(*netlink, pair.listener.get(), EINVAL,
                  "the socket listens; mark what it accepts");
    check_refused(*netlink, 1000, EBADF, "fd is not an open socket of the caller");
    check_refused(*netlink, STDIN_FILENO, ENOTSOCK, "fd is not an open socket of the caller");
    REQUIRE(netlink->mark(pair.client.get()).has_value());
    check_refused(*netlink, pair.client.get(), EBUSY, "the socket is marked already");
    CHECK(count() == before + 1);
}

TEST_CASE("without hooks, unloading takes all marks back") {
    if (!stock_with_marks())
        return skip(not_stock);
    std::vector<Fd> sockets;
    int before = 0;
    {
        const Loaded module(stock_module);
        const auto netlink = marks_client();
        before = count();
        for (int i = 0; i < 8; ++i) {
            sockets.push_back(new_socket(AF_INET, i % 2 ? SOCK_STREAM : SOCK_DGRAM));
            REQUIRE(netlink->mark(sockets.back().get()).has_value());
        }
        sockets.erase(sockets.begin(), sockets.begin() + 3); // closed, perhaps not yet found
    }
    const Loaded module(stock_module);
    CHECK(count() == before);
    CHECK(marks_client()->mark(sockets.front().get()).has_value()); // nothing is left on it
    sockets.clear();
    CHECK(count_comes_to(before));
}

TEST_CASE("without hooks, the table of marks has an end and starts again") {
    if (!stock_with_marks())
        return skip(not_stock);
    const Loaded module(stock_module);
    const auto netlink = marks_client();
    const int before = count();
    {
        std::vector<Fd> sockets;
        for (int i = 0; i < table_size; ++i) {
            sockets.push_back(new_socket(AF_INET, SOCK_DGRAM));
            REQUIRE(netlink->mark(sockets.back().get()).has_value());
        }
        CHECK(netlink->list()->size() == table_size);
        const auto more = new_socket(AF_INET, SOCK_DGRAM);
        check_refused(*netlink, more.get(), ENOSPC, "no room for another mark");
        CHECK(count() == before + table_size);
    }
    CHECK(count_comes_to(before));
    const auto socket = new_socket(AF_INET, SOCK_DGRAM);
    CHECK(netlink->mark(socket.get()).has_value());
}
