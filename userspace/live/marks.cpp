// SPDX-License-Identifier: GPL-2.0
#include "live/marks.h"

#include <array>
#include <cerrno>
#include <cstring>

#include <fmt/format.h>
#include <linux/netlink.h>
#include <netlink/attr.h>
#include <netlink/errno.h>
#include <netlink/genl/ctrl.h>
#include <netlink/genl/genl.h>
#include <netlink/socket.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "kmod/uapi/netswap.h"
#include "live/marks_message.h"

namespace netswap::live {

namespace {

/// What the kernel answered; lives on the stack of ask().
struct Answer {
    int error = 0; ///< errno
    std::string words;
};

int take_error(sockaddr_nl *, nlmsgerr *error, void *into) {
    auto &answer = *static_cast<Answer *>(into);
    answer.error = -error->error;
    const auto *header =
        reinterpret_cast<const nlmsghdr *>(reinterpret_cast<const char *>(error) - NLMSG_HDRLEN);
    answer.words = error_words(*header);
    return NL_STOP;
}

std::string advice(int error) {
    switch (error) {
    case EPERM:
        return " (run it as root, outside of containers)";
    default:
        return "";
    }
}

int exit_code_of(int error) {
    switch (error) {
    case EPERM:
    case EOPNOTSUPP:
        return exit_host;
    case EBADF:
    case ENOTSOCK:
    case ENOENT:
    case EPROTONOSUPPORT:
    case EINVAL:
        return exit_bad_input;
    default:
        return exit_failed;
    }
}

Error kernel_error(const Answer &answer) {
    std::string text = std::strerror(answer.error);
    if (!answer.words.empty())
        text = answer.words;
    return {text + advice(answer.error), exit_code_of(answer.error)};
}

tl::unexpected<Error> netlink_error(int error) {
    return fail(std::string("netlink: ") + nl_geterror(error));
}

template <typename T, void (*parse)(nlmsghdr &, T &)>
int take(nl_msg *message, void *into) {
    parse(*nlmsg_hdr(message), *static_cast<T *>(into));
    return NL_OK;
}

int ignore(nl_msg *, void *) {
    return NL_OK;
}

} // namespace

struct KernelMarks::Request {
    int command = 0;
    int flags = 0;
    int attribute = 0; ///< 0: none
    std::uint32_t value = 0;
    int (*take)(nl_msg *, void *) = ignore;
    void *into = nullptr;
};

void KernelMarks::Close::operator()(nl_sock *socket) const {
    nl_socket_free(socket);
}

Result<std::unique_ptr<KernelMarks>> KernelMarks::open(const Paths &paths) {
    std::unique_ptr<nl_sock, Close> socket(nl_socket_alloc());
    if (!socket)
        return fail("netlink: out of memory");
    if (const int error = genl_connect(socket.get()); error < 0)
        return netlink_error(error);
    // The kernel adds what it has against a request in words.
    const int on = 1;
    (void)::setsockopt(nl_socket_get_fd(socket.get()), SOL_NETLINK, NETLINK_EXT_ACK, &on,
                       sizeof on);
    const int family = genl_ctrl_resolve(socket.get(), NETSWAP_FAMILY_NAME);
    if (family < 0)
        return fail(kernel_has_hooks(paths)
                        ? "netswap's modules are not loaded: modprobe -a netswap sock_memalloc"
                        : "netswap_mark is not loaded: modprobe netswap_mark",
                    exit_host);
    return std::unique_ptr<KernelMarks>(new KernelMarks(std::move(socket), family));
}

Status KernelMarks::ask(const Request &request) {
    Answer answer;
    errno_ = 0;
    nl_socket_modify_cb(socket_.get(), NL_CB_VALID, NL_CB_CUSTOM, request.take, request.into);
    nl_socket_modify_err_cb(socket_.get(), NL_CB_CUSTOM, take_error, &answer);
    const std::unique_ptr<nl_msg, void (*)(nl_msg *)> message(nlmsg_alloc(), nlmsg_free);
    if (!message ||
        genlmsg_put(message.get(), NL_AUTO_PORT, NL_AUTO_SEQ, family_, 0, request.flags,
                    static_cast<std::uint8_t>(request.command), NETSWAP_FAMILY_VERSION) == nullptr)
        return fail("netlink: out of memory");
    if (request.attribute != 0 && nla_put_u32(message.get(), request.attribute, request.value) != 0)
        return fail("netlink: request too long");
    int error = nl_send_auto(socket_.get(), message.get());
    if (error >= 0)
        error = nl_recvmsgs_default(socket_.get());
    // A reply that carries data is followed by its acknowledgement.
    const bool carries_data = request.take != ignore && (request.flags & NLM_F_DUMP) == 0;
    if (error >= 0 && answer.error == 0 && carries_data)
        error = nl_wait_for_ack(socket_.get());
    errno_ = answer.error;
    if (answer.error != 0)
        return tl::unexpected(kernel_error(answer));
    if (error < 0)
        return netlink_error(error);
    return {};
}

Result<std::uint32_t> KernelMarks::mark(int fd) {
    MarkedSocket made;
    const auto done = ask({.command = NETSWAP_CMD_SOCKET_MARK,
                           .attribute = NETSWAP_A_SOCKET_FD,
                           .value = static_cast<std::uint32_t>(fd),
                           .take = take<MarkedSocket, parse_socket>,
                           .into = &made});
    if (!done)
        return tl::unexpected(done.error());
    return made.id;
}

Status KernelMarks::unmark(std::uint32_t id) {
    return ask(
        {.command = NETSWAP_CMD_SOCKET_UNMARK, .attribute = NETSWAP_A_SOCKET_ID, .value = id});
}

Status KernelMarks::unmark_fd(int fd) {
    return ask({.command = NETSWAP_CMD_SOCKET_UNMARK,
                .attribute = NETSWAP_A_SOCKET_FD,
                .value = static_cast<std::uint32_t>(fd)});
}

Result<std::vector<MarkedSocket>> KernelMarks::list() {
    std::vector<MarkedSocket> sockets;
    const auto done = ask({.command = NETSWAP_CMD_SOCKET_GET,
                           .flags = NLM_F_DUMP,
                           .take = take<std::vector<MarkedSocket>, parse_listed>,
                           .into = &sockets});
    if (!done)
        return tl::unexpected(done.error());
    return sockets;
}

Status KernelMarks::grant(bool on) {
    return ask(
        {.command = NETSWAP_CMD_TASK_GRANT, .attribute = NETSWAP_A_TASK_ON, .value = on ? 1U : 0U});
}

Result<MarkPolicy> KernelMarks::policy() {
    MarkPolicy policy;
    const auto done = ask({.command = NETSWAP_CMD_POLICY_GET,
                           .take = take<MarkPolicy, parse_policy>,
                           .into = &policy});
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
