// SPDX-License-Identifier: GPL-2.0
// Marks that user space makes: how they come, what shows them, how they go.
#include "counter.h"
#include "lab_kernel.h"
#include "marks_client.h"
#include "skip.h"

#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/stat.h>

using namespace netswap;
using namespace netswap::guest;

namespace {

const std::string core(core_module);

Fd tcp_socket() {
    return Fd(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
}

std::uint32_t inode_of(const Fd &socket) {
    struct stat info {};
    ::fstat(socket.get(), &info);
    return static_cast<std::uint32_t>(info.st_ino);
}

/// A mark goes with its socket, whose last piece may be freed a grace period later.
bool marks_come_to(const std::string &wanted) {
    for (int tries = 0; tries < 100 && reserve("marked_sockets") != wanted; ++tries)
        ::usleep(20'000);
    return reserve("marked_sockets") == wanted;
}

} // namespace

TEST_CASE("a marked socket is counted and listed until it is closed") {
    if (!complete())
        return skip(not_complete);
    const Loaded keep(core);
    const Loaded sock("sock_memalloc");
    const auto netlink = marks_client();
    REQUIRE(reserve("marked_sockets") == "0");
    {
        const auto socket = tcp_socket();
        const auto id = netlink->mark(socket.get());
        INFO((id ? "" : id.error().message));
        REQUIRE(id.has_value());
        CHECK(*id != 0);
        CHECK(reserve("marked_sockets") == "1");
        const auto listed = netlink->list();
        REQUIRE(listed.has_value());
        REQUIRE(listed->size() == 1);
        CHECK(listed->front().id == *id);
        CHECK(listed->front().inode == inode_of(socket));
        CHECK(listed->front().family == AF_INET);
        CHECK(listed->front().protocol == IPPROTO_TCP);
        CHECK(listed->front().by_user);
        CHECK(netlink->policy()->marked_sockets == 1);
    }
    CHECK(marks_come_to("0"));
    CHECK(netlink->list()->empty());
    CHECK(counter("sock_memalloc.sockets_marked") == 1);
    CHECK(counter("sock_memalloc.sockets_died") == 1);
}

TEST_CASE("a mark is taken back by id and by descriptor") {
    if (!complete())
        return skip(not_complete);
    const Loaded keep(core);
    const Loaded sock("sock_memalloc");
    const auto netlink = marks_client();
    const auto socket = tcp_socket();

    const auto id = netlink->mark(socket.get());
    REQUIRE(id.has_value());
    CHECK(netlink->unmark(*id).has_value());
    CHECK(reserve("marked_sockets") == "0");
    const auto again = netlink->unmark(*id);
    REQUIRE_FALSE(again.has_value());
    CHECK(netlink->last_errno() == ENOENT);

    REQUIRE(netlink->mark(socket.get()).has_value());
    CHECK(netlink->unmark_fd(socket.get()).has_value());
    CHECK(reserve("marked_sockets") == "0");
    CHECK(counter("sock_memalloc.sockets_unmarked") == 2);
}

TEST_CASE("what cannot be marked is refused") {
    if (!complete())
        return skip(not_complete);
    const Loaded keep(core);
    const auto netlink = marks_client();
    const auto socket = tcp_socket();
    const auto without_module = netlink->mark(socket.get());
    REQUIRE_FALSE(without_module.has_value());
    CHECK(netlink->last_errno() == EOPNOTSUPP);
    CHECK(without_module.error().message == "sock_memalloc is not loaded");

    const Loaded sock("sock_memalloc");
    const auto closed = netlink->mark(1000);
    REQUIRE_FALSE(closed.has_value());
    CHECK(netlink->last_errno() == EBADF);
    const auto no_socket = netlink->mark(STDIN_FILENO);
    REQUIRE_FALSE(no_socket.has_value());
    CHECK(netlink->last_errno() == ENOTSOCK);
    const Fd local(::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0));
    const auto other_kind = netlink->mark(local.get());
    REQUIRE_FALSE(other_kind.has_value());
    CHECK(netlink->last_errno() == EPROTONOSUPPORT);
    CHECK(other_kind.error().message ==
          "such sockets cannot be marked; TCP, UDP and UNIX streams can");
    const auto listening = tcp_socket();
    REQUIRE(::listen(listening.get(), 1) == 0);
    const auto listener = netlink->mark(listening.get());
    REQUIRE_FALSE(listener.has_value());
    CHECK(netlink->last_errno() == EINVAL);
    CHECK(listener.error().message == "the socket listens; mark what it accepts");
    REQUIRE(netlink->mark(socket.get()).has_value());
    const auto twice = netlink->mark(socket.get());
    REQUIRE_FALSE(twice.has_value());
    CHECK(netlink->last_errno() == EBUSY);
    CHECK(twice.error().message == "the socket is marked already");
    CHECK(reserve("marked_sockets") == "1");
}

TEST_CASE("unloading takes the marks of user space back") {
    if (!complete())
        return skip(not_complete);
    const Loaded keep(core);
    std::vector<Fd> sockets;
    {
        const Loaded sock("sock_memalloc");
        const auto netlink = marks_client();
        for (int i = 0; i < 8; ++i) {
            sockets.push_back(tcp_socket());
            REQUIRE(netlink->mark(sockets.back().get()).has_value());
        }
        CHECK(reserve("marked_sockets") == "8");
        sockets.erase(sockets.begin(), sockets.begin() + 3);
        CHECK(marks_come_to("5"));
    }
    CHECK(reserve("marked_sockets") == "0");
    // The count did not go below zero, which would show as a huge number later on.
    sockets.clear();
    ::usleep(50'000);
    CHECK(reserve("marked_sockets") == "0");
}
