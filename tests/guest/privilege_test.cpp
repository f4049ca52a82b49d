// SPDX-License-Identifier: GPL-2.0
// Who may mark sockets and ask for the reserve.
#include "marks_client.h"
#include "skip.h"

#include <functional>
#include <linux/capability.h>
#include <sched.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>

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

/// Runs `body` in a child; returns its exit code, or -1.
int in_child(const std::function<int()> &body) {
    const auto pid = ::fork();
    if (pid == 0)
        ::_exit(body());
    int status = -1;
    ::waitpid(pid, &status, 0);
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

bool drop_capability(int capability) {
    __user_cap_header_struct header{_LINUX_CAPABILITY_VERSION_3, 0};
    __user_cap_data_struct data[2]{};
    if (::syscall(SYS_capget, &header, data) != 0)
        return false;
    for (auto *set : {&data[capability / 32].effective, &data[capability / 32].permitted})
        *set &= ~(1U << (capability % 32));
    return ::syscall(SYS_capset, &header, data) == 0;
}

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
