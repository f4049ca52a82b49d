// SPDX-License-Identifier: GPL-2.0
// Who may mark sockets and ask for the reserve.
#include "child.h"
#include "kmod/uapi/netswap.h"
#include "live/reserve_tree.h"
#include "marks_client.h"
#include "skip.h"

#include <array>
#include <netlink/genl/ctrl.h>
#include <netlink/genl/genl.h>
#include <netlink/socket.h>
#include <sched.h>
#include <sys/socket.h>

using namespace netswap;
using namespace netswap::guest;

namespace {

/// Whatever has the family on this kernel, loaded as long as this object lives.
class Family {
    std::optional<Loaded> core_, sock_, stock_;

  public:
    Family() {
        if (hooked()) {
            core_.emplace(std::string(core_module));
            sock_.emplace("sock_memalloc");
        } else {
            stock_.emplace(stock_module);
        }
    }
};

/// Bits of what was not refused with EPERM: 1 mark, 2 list, 4 grant; 8: policy was refused.
int what_is_open() {
    const auto marks = live::KernelMarks::open();
    if (!marks)
        return 16;
    const Fd socket(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
    int open = 0;
    if ((*marks)->mark(socket.get()) || (*marks)->last_errno() != EPERM)
        open |= 1;
    if ((*marks)->list() || (*marks)->last_errno() != EPERM)
        open |= 2;
    if ((*marks)->grant(true) || (*marks)->last_errno() != EPERM)
        open |= 4;
    if (!(*marks)->policy())
        open |= 8;
    return open;
}

} // namespace

TEST_CASE("marks need the privilege CAP_NET_ADMIN, a grant CAP_SYS_RESOURCE, too") {
    if (!complete() && !stock_with_marks())
        return skip("needs the hooked kernel and its modules, or netswap_mark");
    const Family family;
    CHECK(in_child(what_is_open) == 7);
    CHECK(in_child([] { return drop_capability(CAP_NET_ADMIN) ? what_is_open() : 64; }) == 0);
    CHECK(in_child([] { return drop_capability(CAP_SYS_RESOURCE) ? what_is_open() : 64; }) == 3);
}

TEST_CASE("root of another namespace has no privilege to mark") {
    if (!complete() && !stock_with_marks())
        return skip("needs the hooked kernel and its modules, or netswap_mark");
    if (in_child([] { return ::unshare(CLONE_NEWUSER) == 0 ? 0 : 1; }) != 0)
        return skip("this kernel has no user namespaces");
    const Family family;
    CHECK(in_child([] { return ::unshare(CLONE_NEWUSER) == 0 ? what_is_open() : 64; }) == 0);
    // The family is not there in other network namespaces at all.
    CHECK(in_child([] { return ::unshare(CLONE_NEWNET) == 0 ? what_is_open() : 64; }) == 16);
}

namespace {

/// Bits of what is open: 1 set, 2 activate (both but for EPERM), 4 list; 16: there is no family.
int what_of_the_tree_is_open() {
    const auto tree = live::KernelReserveTree::open();
    if (!tree)
        return 16;
    int open = 0;
    if ((*tree)->set("user", 1) || (*tree)->last_errno() != EPERM)
        open |= 1;
    if ((*tree)->activate("user", true) || (*tree)->last_errno() != EPERM)
        open |= 2;
    if ((*tree)->list())
        open |= 4;
    return open;
}

} // namespace

TEST_CASE("the reservation tree is read by everybody and changed with privilege only") {
    if (!complete())
        return skip(not_complete);
    const Family family;
    const auto pages = reserve("emergency_pages");
    CHECK(in_child([] {
              return drop_capability(CAP_NET_ADMIN) ? what_of_the_tree_is_open() : 64;
          }) == 4);
    if (in_child([] { return ::unshare(CLONE_NEWUSER) == 0 ? 0 : 1; }) == 0)
        CHECK(in_child([] {
                  return ::unshare(CLONE_NEWUSER) == 0 ? what_of_the_tree_is_open() : 64;
              }) == 4);
    CHECK(in_child([] { return ::unshare(CLONE_NEWNET) == 0 ? what_of_the_tree_is_open() : 64; }) ==
          16);
    CHECK(reserve("emergency_pages") == pages);
}

TEST_CASE("a privilege of another namespace does not come along with a socket of this one") {
    if (!complete() && !stock_with_marks())
        return skip("needs the hooked kernel and its modules, or netswap_mark");
    if (in_child([] { return ::unshare(CLONE_NEWUSER) == 0 ? 0 : 1; }) != 0)
        return skip("this kernel has no user namespaces");
    const Family family;
    // The socket was opened with all capabilities; who sends through it has none here.
    CHECK(in_child([] {
              const auto marks = live::KernelMarks::open();
              if (!marks || ::unshare(CLONE_NEWUSER) != 0)
                  return 64;
              const Fd socket(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
              const auto done = (*marks)->mark(socket.get());
              return !done && (*marks)->last_errno() == EPERM ? 0 : 1;
          }) == 0);
}

namespace {

/// A request to mark `fd`, sent as write(2) does it: to whom the socket is connected. Returns the
/// kernel's errno, or -1.
int mark_by_write(const Fd &netlink, int family, int fd) {
    struct {
        nlmsghdr head;
        genlmsghdr genl;
        nlattr attribute;
        std::int32_t fd;
    } request{};
    request.head.nlmsg_len = sizeof request;
    request.head.nlmsg_type = static_cast<std::uint16_t>(family);
    request.head.nlmsg_flags = NLM_F_REQUEST | NLM_F_ACK;
    request.genl.cmd = NETSWAP_CMD_SOCKET_MARK;
    request.genl.version = NETSWAP_FAMILY_VERSION;
    request.attribute = {NLA_HDRLEN + sizeof request.fd, NETSWAP_A_SOCKET_FD};
    request.fd = fd;
    if (::write(netlink.get(), &request, sizeof request) != ssize_t(sizeof request))
        return -1;
    for (;;) {
        alignas(nlmsghdr) std::array<char, 4096> answer{};
        if (::recv(netlink.get(), answer.data(), answer.size(), MSG_DONTWAIT) <= 0)
            return -1;
        auto *head = reinterpret_cast<nlmsghdr *>(answer.data());
        if (head->nlmsg_type == NLMSG_ERROR)
            return -static_cast<const nlmsgerr *>(NLMSG_DATA(head))->error;
    }
}

/// In a child: opens the socket with or without the privilege, and writes with it.
int mark_with_socket_opened(bool with_privilege) {
    nl_sock *resolver = nl_socket_alloc();
    const int family =
        genl_connect(resolver) < 0 ? -1 : genl_ctrl_resolve(resolver, NETSWAP_FAMILY_NAME);
    nl_socket_free(resolver);
    if (!with_privilege && !drop_capability(CAP_NET_ADMIN, false))
        return 250;
    const Fd netlink(::socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_GENERIC));
    sockaddr_nl kernel{};
    kernel.nl_family = AF_NETLINK;
    if (::connect(netlink.get(), reinterpret_cast<const sockaddr *>(&kernel), sizeof kernel) != 0 ||
        !use_capability(CAP_NET_ADMIN))
        return 251;
    const Fd socket(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
    return mark_by_write(netlink, family, socket.get());
}

} // namespace

TEST_CASE("who has the privilege does not lend it to a socket that was opened without") {
    if (!complete() && !stock_with_marks())
        return skip("needs the hooked kernel and its modules, or netswap_mark");
    const Family family;
    CHECK(in_child([] { return mark_with_socket_opened(true); }) == 0);
    CHECK(in_child([] { return mark_with_socket_opened(false); }) == EPERM);
}
