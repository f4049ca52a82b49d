// SPDX-License-Identifier: GPL-2.0
#include "live/marks.h"

#include <cerrno>
#include <cstring>

#include <fmt/format.h>
#include <linux/netlink.h>
#include <netlink/attr.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "kmod/uapi/netswap.h"
#include "live/marks_message.h"

namespace netswap::live {

Result<std::unique_ptr<KernelMarks>> KernelMarks::open(const Paths &paths) {
    auto client =
        GenlClient::open(NETSWAP_FAMILY_NAME, NETSWAP_FAMILY_VERSION,
                         kernel_has_hooks(paths)
                             ? "netswap's modules are not loaded: modprobe -a netswap sock_memalloc"
                             : "netswap_mark is not loaded: modprobe netswap_mark");
    if (!client)
        return tl::unexpected(client.error());
    return std::unique_ptr<KernelMarks>(new KernelMarks(std::move(*client)));
}

/// A request with one number.
Status KernelMarks::tell(int command, int attribute, std::uint32_t value) {
    return client_.ask({.command = command,
                        .flags = 0,
                        .put = [&](nl_msg *to) { return nla_put_u32(to, attribute, value); },
                        .take = nullptr});
}

Result<std::uint32_t> KernelMarks::mark(int fd) {
    MarkedSocket made;
    const auto done = client_.ask(
        {.command = NETSWAP_CMD_SOCKET_MARK,
         .flags = 0,
         .put =
             [&](nl_msg *to) {
                 return nla_put_u32(to, NETSWAP_A_SOCKET_FD, static_cast<std::uint32_t>(fd));
             },
         .take = [&](nlmsghdr &message) { parse_socket(message, made); }});
    if (!done)
        return tl::unexpected(done.error());
    return made.id;
}

Status KernelMarks::unmark(std::uint32_t id) {
    return tell(NETSWAP_CMD_SOCKET_UNMARK, NETSWAP_A_SOCKET_ID, id);
}

Status KernelMarks::unmark_fd(int fd) {
    return tell(NETSWAP_CMD_SOCKET_UNMARK, NETSWAP_A_SOCKET_FD, static_cast<std::uint32_t>(fd));
}

Result<std::vector<MarkedSocket>> KernelMarks::list() {
    std::vector<MarkedSocket> sockets;
    const auto done =
        client_.ask({.command = NETSWAP_CMD_SOCKET_GET,
                     .flags = NLM_F_DUMP,
                     .put = nullptr,
                     .take = [&](nlmsghdr &message) { parse_listed(message, sockets); }});
    if (!done)
        return tl::unexpected(done.error());
    return sockets;
}

Status KernelMarks::grant(bool on) {
    return tell(NETSWAP_CMD_TASK_GRANT, NETSWAP_A_TASK_ON, on ? 1U : 0U);
}

Result<MarkPolicy> KernelMarks::policy() {
    MarkPolicy policy;
    const auto done =
        client_.ask({.command = NETSWAP_CMD_POLICY_GET,
                     .flags = 0,
                     .put = nullptr,
                     .take = [&](nlmsghdr &message) { parse_policy(message, policy); }});
    if (!done)
        return tl::unexpected(done.error());
    return policy;
}

bool kernel_has_hooks(const Paths &paths) {
    return ::access(paths.sys("kernel/memreserve/policy").c_str(), F_OK) == 0;
}

Result<Fd> fd_of_process(pid_t pid, int fd) {
    const Fd process(static_cast<int>(::syscall(SYS_pidfd_open, pid, 0)));
    if (!process.valid())
        return fail(errno == ESRCH || errno == EINVAL
                        ? fmt::format("there is no process {}", pid)
                        : fmt::format("process {}: {}", pid, std::strerror(errno)),
                    exit_bad_input);
    Fd copy(static_cast<int>(::syscall(SYS_pidfd_getfd, process.get(), fd, 0)));
    if (copy.valid())
        return copy;
    if (errno == EBADF)
        return fail(fmt::format("process {} has no descriptor {} (see /proc/{}/fd)", pid, fd, pid),
                    exit_bad_input);
    if (errno == EPERM)
        return fail(fmt::format("descriptors of process {} are out of reach (run it as root)", pid),
                    exit_host);
    return fail(fmt::format("descriptor {} of process {}: {}", fd, pid, std::strerror(errno)));
}

} // namespace netswap::live
