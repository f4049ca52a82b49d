// SPDX-License-Identifier: GPL-2.0
// A part of a case in a process of its own, which may give up what it cannot get back.
#pragma once

#include <functional>
#include <linux/capability.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

namespace netswap::guest {

/// Runs `body` in a child; returns its exit code, or -1.
inline int in_child(const std::function<int()> &body) {
    const auto pid = ::fork();
    if (pid == 0)
        ::_exit(body());
    int status = -1;
    ::waitpid(pid, &status, 0);
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

/// Takes the capability away, for good or only until use_capability().
inline bool drop_capability(int capability, bool for_good = true) {
    __user_cap_header_struct header{_LINUX_CAPABILITY_VERSION_3, 0};
    __user_cap_data_struct data[2]{};
    if (::syscall(SYS_capget, &header, data) != 0)
        return false;
    const auto bit = 1U << (capability % 32);
    data[capability / 32].effective &= ~bit;
    if (for_good)
        data[capability / 32].permitted &= ~bit;
    return ::syscall(SYS_capset, &header, data) == 0;
}

inline bool use_capability(int capability) {
    __user_cap_header_struct header{_LINUX_CAPABILITY_VERSION_3, 0};
    __user_cap_data_struct data[2]{};
    if (::syscall(SYS_capget, &header, data) != 0)
        return false;
    data[capability / 32].effective |= 1U << (capability % 32);
    return ::syscall(SYS_capset, &header, data) == 0;
}

} // namespace netswap::guest
