// SPDX-License-Identifier: GPL-2.0
#include "mark_client.h"

#include "kmod/uapi/netswap.h"

#include <array>
#include <netlink/attr.h>
#include <netlink/errno.h>
#include <netlink/genl/ctrl.h>
#include <netlink/genl/genl.h>
#include <netlink/socket.h>

namespace netswap::guest {
namespace {

using Attributes = std::array<nlattr *, NETSWAP_A_SOCKET_MAX + 1>;

/// What the last error message of the kernel said; libnl folds many errors into one.
int take_error(sockaddr_nl *, nlmsgerr *error, void *into) {
    *static_cast<int *>(into) = -error->error;
    return NL_STOP;
}

bool parse(nl_msg *message, Attributes &attrs) {
    auto *header = static_cast<genlmsghdr *>(nlmsg_data(nlmsg_hdr(message)));
    return nla_parse(attrs.data(), NETSWAP_A_SOCKET_MAX, genlmsg_attrdata(header, 0),
                     genlmsg_attrlen(header, 0), nullptr) == 0;
}

int take_id(nl_msg *message, void *into) {
    Attributes attrs{};
    if (parse(message, attrs) && attrs[NETSWAP_A_SOCKET_ID] != nullptr)
        *static_cast<std::uint32_t *>(into) = nla_get_u32(attrs[NETSWAP_A_SOCKET_ID]);
    return NL_OK;
}

int take_socket(nl_msg *message, void *into) {
    Attributes attrs{};
    if (!parse(message, attrs))
        return NL_OK;
    MarkedSocket socket;
    if (auto *id = attrs[NETSWAP_A_SOCKET_ID])
        socket.id = nla_get_u32(id);
    if (auto *inode = attrs[NETSWAP_A_SOCKET_INODE])
        socket.inode = nla_get_u32(inode);
    if (auto *family = attrs[NETSWAP_A_SOCKET_FAMILY])
        socket.family = nla_get_u16(family);
    if (auto *local = attrs[NETSWAP_A_SOCKET_LOCAL])
        socket.local = nla_get_string(local);
    if (auto *remote = attrs[NETSWAP_A_SOCKET_REMOTE])
        socket.remote = nla_get_string(remote);
    if (auto *by = attrs[NETSWAP_A_SOCKET_BY])
        socket.by_user = nla_get_u32(by) == NETSWAP_MARKED_BY_USER;
    static_cast<std::vector<MarkedSocket> *>(into)->push_back(socket);
    return NL_OK;
}

constexpr int no_attribute = 0;

} // namespace

void MarkClient::Close::operator()(nl_sock *socket) const {
    nl_socket_free(socket);
}

Result<MarkClient> MarkClient::open() {
    std::unique_ptr<nl_sock, Close> socket(nl_socket_alloc());
    if (!socket)
        return fail("netlink: out of memory");
    if (const int error = genl_connect(socket.get()); error < 0)
        return fail(std::string("netlink: ") + nl_geterror(error));
    const int family = genl_ctrl_resolve(socket.get(), NETSWAP_FAMILY_NAME);
    if (family < 0)
        return fail("netlink: no family " NETSWAP_FAMILY_NAME);
    return MarkClient(std::move(socket), family);
}

Result<void> MarkClient::ask(int command, int flags, int attribute, std::uint32_t value,
                             int (*take)(nl_msg *, void *), void *into) {
    int kernel_error = 0;
    nl_socket_modify_cb(socket_.get(), NL_CB_VALID, NL_CB_CUSTOM, take, into);
    nl_socket_modify_err_cb(socket_.get(), NL_CB_CUSTOM, take_error, &kernel_error);
    const std::unique_ptr<nl_msg, void (*)(nl_msg *)> request(nlmsg_alloc(), nlmsg_free);
    if (!request ||
        genlmsg_put(request.get(), NL_AUTO_PORT, NL_AUTO_SEQ, family_, 0, flags,
                    static_cast<std::uint8_t>(command), NETSWAP_FAMILY_VERSION) == nullptr)
        return fail("netlink: out of memory");
    if (attribute != no_attribute && nla_put_u32(request.get(), attribute, value) != 0)
        return fail("netlink: request too long");
    int error = nl_send_auto(socket_.get(), request.get());
    if (error >= 0)
        error = nl_recvmsgs_default(socket_.get());
    // A reply that carries data is followed by its acknowledgement.
    if (error >= 0 && kernel_error == 0 && command == NETSWAP_CMD_SOCKET_MARK)
        error = nl_wait_for_ack(socket_.get());
    if (kernel_error != 0)
        return fail(std::strerror(kernel_error), kernel_error);
    if (error < 0)
        return fail(std::string("netlink: ") + nl_geterror(error));
    return {};
}

Result<std::uint32_t> MarkClient::mark(int fd) {
    std::uint32_t id = 0;
    const auto done = ask(NETSWAP_CMD_SOCKET_MARK, 0, NETSWAP_A_SOCKET_FD,
                          static_cast<std::uint32_t>(fd), take_id, &id);
    if (!done)
        return tl::unexpected(done.error());
    return id;
}

Result<void> MarkClient::unmark_id(std::uint32_t id) {
    std::uint32_t unused = 0;
    return ask(NETSWAP_CMD_SOCKET_UNMARK, 0, NETSWAP_A_SOCKET_ID, id, take_id, &unused);
}

Result<void> MarkClient::unmark_fd(int fd) {
    std::uint32_t unused = 0;
    return ask(NETSWAP_CMD_SOCKET_UNMARK, 0, NETSWAP_A_SOCKET_FD, static_cast<std::uint32_t>(fd),
               take_id, &unused);
}

Result<std::vector<MarkedSocket>> MarkClient::list() {
    std::vector<MarkedSocket> sockets;
    const auto done =
        ask(NETSWAP_CMD_SOCKET_GET, NLM_F_DUMP, no_attribute, 0, take_socket, &sockets);
    if (!done)
        return tl::unexpected(done.error());
    return sockets;
}

} // namespace netswap::guest
