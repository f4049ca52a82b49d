// SPDX-License-Identifier: GPL-2.0
#include "live/nbd_control.h"

#include <cerrno>
#include <memory>

#include <fmt/format.h>
#include <linux/nbd-netlink.h>
#include <netlink/attr.h>
#include <netlink/errno.h>
#include <netlink/genl/ctrl.h>
#include <netlink/genl/genl.h>
#include <netlink/socket.h>

namespace netswap::live {

namespace {

using Socket = std::unique_ptr<nl_sock, void (*)(nl_sock *)>;
using Message = std::unique_ptr<nl_msg, void (*)(nl_msg *)>;

struct Answer {
    int index = -1;
    int error = 0; ///< errno value of the kernel; libnl folds many into one of its own
};

int take_error(sockaddr_nl *, nlmsgerr *message, void *into) {
    static_cast<Answer *>(into)->error = -message->error;
    return NL_STOP;
}

int take_reply(nl_msg *message, void *into) {
    nlattr *attributes[NBD_ATTR_MAX + 1];
    const auto *header = static_cast<genlmsghdr *>(nlmsg_data(nlmsg_hdr(message)));
    if (nla_parse(attributes, NBD_ATTR_MAX, genlmsg_attrdata(header, 0), genlmsg_attrlen(header, 0),
                  nullptr) == 0 &&
        attributes[NBD_ATTR_INDEX] != nullptr)
        static_cast<Answer *>(into)->index =
            static_cast<int>(nla_get_u32(attributes[NBD_ATTR_INDEX]));
    return NL_OK;
}

class Request {
  public:
    static Result<Request> make(std::uint8_t command) {
        Socket socket(nl_socket_alloc(), nl_socket_free);
        Message message(nlmsg_alloc(), nlmsg_free);
        if (!socket || !message)
            return fail("netlink: out of memory");
        if (const int error = genl_connect(socket.get()); error < 0)
            return fail(fmt::format("netlink: {}", nl_geterror(error)));
        const int family = genl_ctrl_resolve(socket.get(), NBD_GENL_FAMILY_NAME);
        if (family < 0)
            return fail("the kernel has no netlink family nbd");
        if (genlmsg_put(message.get(), NL_AUTO_PORT, NL_AUTO_SEQ, family, 0, 0, command,
                        NBD_GENL_VERSION) == nullptr)
            return fail("netlink: out of memory");
        return Request(std::move(socket), std::move(message));
    }

    [[nodiscard]] nl_msg *message() const { return message_.get(); }

    /// Sends it and waits for the acknowledgement.
    Result<Answer> send() {
        Answer answer;
        nl_socket_modify_cb(socket_.get(), NL_CB_VALID, NL_CB_CUSTOM, take_reply, &answer);
        nl_socket_modify_err_cb(socket_.get(), NL_CB_CUSTOM, take_error, &answer);
        int error = nl_send_auto(socket_.get(), message_.get());
        if (error >= 0)
            error = nl_wait_for_ack(socket_.get());
        if (answer.error == 0 && error < 0)
            return fail(fmt::format("netlink: {}", nl_geterror(error)));
        return answer;
    }

  private:
    Request(Socket socket, Message message)
        : socket_(std::move(socket)), message_(std::move(message)) {}
    Socket socket_;
    Message message_;
};

int put_sockets(nl_msg *message, const std::vector<int> &sockets) {
    auto *list = nla_nest_start(message, NBD_ATTR_SOCKETS);
    if (list == nullptr)
        return -1;
    for (const int fd : sockets) {
        auto *item = nla_nest_start(message, NBD_SOCK_ITEM);
        if (item == nullptr || nla_put_u32(message, NBD_SOCK_FD, static_cast<unsigned>(fd)) != 0)
            return -1;
        nla_nest_end(message, item);
    }
    return nla_nest_end(message, list);
}

Error refusal(std::string_view what, int error) {
    if (error == EPERM)
        return Error{fmt::format("{}: not permitted; CAP_SYS_ADMIN in the initial namespaces is "
                                 "missing (run as root)",
                                 what),
                     exit_host};
    return errno_error(what, error);
}

} // namespace

bool nbd_family_there() {
    return Request::make(NBD_CMD_STATUS).has_value();
}

Result<int> nbd_connect(const DeviceOrder &order) {
    auto request = Request::make(NBD_CMD_CONNECT);
    if (!request)
        return tl::unexpected(request.error());
    auto *message = request->message();
    if (nla_put_u64(message, NBD_ATTR_SIZE_BYTES, order.bytes) != 0 ||
        nla_put_u64(message, NBD_ATTR_BLOCK_SIZE_BYTES, order.block_bytes) != 0 ||
        nla_put_u64(message, NBD_ATTR_SERVER_FLAGS, order.server_flags) != 0 ||
        nla_put_u64(message, NBD_ATTR_TIMEOUT, order.timeout_s) != 0 ||
        nla_put_u64(message, NBD_ATTR_DEAD_CONN_TIMEOUT, order.dead_conn_timeout_s) != 0 ||
        nla_put_string(message, NBD_ATTR_BACKEND_IDENTIFIER, order.backend.c_str()) != 0 ||
        put_sockets(message, order.sockets) != 0)
        return fail("netlink: request too long");
    const auto answer = request->send();
    if (!answer)
        return tl::unexpected(answer.error());
    if (answer->error != 0)
        return tl::unexpected(refusal("connecting the nbd device", answer->error));
    if (answer->index < 0)
        return fail("the kernel does not say which nbd device it connected");
    return answer->index;
}

Status nbd_disconnect(int index) {
    auto request = Request::make(NBD_CMD_DISCONNECT);
    if (!request)
        return tl::unexpected(request.error());
    if (nla_put_u32(request->message(), NBD_ATTR_INDEX, static_cast<unsigned>(index)) != 0)
        return fail("netlink: request too long");
    const auto answer = request->send();
    if (!answer)
        return tl::unexpected(answer.error());
    if (answer->error != 0 && answer->error != EINVAL)
        return tl::unexpected(
            refusal(fmt::format("disconnecting /dev/nbd{}", index), answer->error));
    return {};
}

} // namespace netswap::live
