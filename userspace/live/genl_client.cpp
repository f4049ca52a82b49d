// SPDX-License-Identifier: GPL-2.0
#include "live/genl_client.h"

#include <cerrno>
#include <cstring>

#include <linux/netlink.h>
#include <netlink/errno.h>
#include <netlink/genl/ctrl.h>
#include <netlink/genl/genl.h>
#include <netlink/socket.h>
#include <sys/socket.h>

#include "live/marks_message.h"

namespace netswap::live {

namespace {

/// What the kernel answered; lives on the stack of ask().
struct Answer {
    const GenlClient::Request *request = nullptr;
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

int take_message(nl_msg *message, void *into) {
    const auto &answer = *static_cast<Answer *>(into);
    if (answer.request->take)
        answer.request->take(*nlmsg_hdr(message));
    return NL_OK;
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
    std::string text = answer.words.empty() ? std::strerror(answer.error) : answer.words;
    if (answer.error == EPERM)
        text += " (run it as root, outside of containers)";
    return {text, exit_code_of(answer.error)};
}

tl::unexpected<Error> netlink_error(int error) {
    return fail(std::string("netlink: ") + nl_geterror(error));
}

} // namespace

void GenlClient::Close::operator()(nl_sock *socket) const {
    nl_socket_free(socket);
}

Result<GenlClient> GenlClient::open(const char *family, int version, const std::string &missing) {
    std::unique_ptr<nl_sock, Close> socket(nl_socket_alloc());
    if (!socket)
        return fail("netlink: out of memory");
    if (const int error = genl_connect(socket.get()); error < 0)
        return netlink_error(error);
    // The kernel adds what it has against a request in words.
    const int on = 1;
    (void)::setsockopt(nl_socket_get_fd(socket.get()), SOL_NETLINK, NETLINK_EXT_ACK, &on,
                       sizeof on);
    const int number = genl_ctrl_resolve(socket.get(), family);
    if (number < 0)
        return fail(missing, exit_host);
    return GenlClient(std::move(socket), number, version);
}

Status GenlClient::ask(const Request &request) {
    Answer answer{.request = &request, .error = 0, .words = {}};
    errno_ = 0;
    nl_socket_modify_cb(socket_.get(), NL_CB_VALID, NL_CB_CUSTOM, take_message, &answer);
    nl_socket_modify_err_cb(socket_.get(), NL_CB_CUSTOM, take_error, &answer);
    const std::unique_ptr<nl_msg, void (*)(nl_msg *)> message(nlmsg_alloc(), nlmsg_free);
    if (!message || genlmsg_put(message.get(), NL_AUTO_PORT, NL_AUTO_SEQ, family_, 0, request.flags,
                                static_cast<std::uint8_t>(request.command),
                                static_cast<std::uint8_t>(version_)) == nullptr)
        return fail("netlink: out of memory");
    if (request.put && request.put(message.get()) != 0)
        return fail("netlink: request too long");
    int error = nl_send_auto(socket_.get(), message.get());
    const bool list = (request.flags & NLM_F_DUMP) != 0;
    // An answer comes before the acknowledgement and is a message of its own.
    if (error >= 0 && request.take)
        error = nl_recvmsgs_default(socket_.get());
    if (error >= 0 && answer.error == 0 && !list)
        error = nl_wait_for_ack(socket_.get());
    errno_ = answer.error;
    if (answer.error != 0)
        return tl::unexpected(kernel_error(answer));
    if (error < 0)
        return netlink_error(error);
    return {};
}

} // namespace netswap::live
