// SPDX-License-Identifier: GPL-2.0
#include "live/nbd_control.h"

#include <cerrno>

#include <fmt/format.h>
#include <linux/nbd-netlink.h>
#include <netlink/attr.h>
#include <netlink/genl/genl.h>

#include "lib/io_flusher.h"
#include "live/genl_client.h"

namespace netswap::live {

namespace {

Result<GenlClient> open_nbd() {
    return GenlClient::open(NBD_GENL_FAMILY_NAME, NBD_GENL_VERSION,
                            "the kernel has no netlink family nbd");
}

void take_index(nlmsghdr &message, int &index) {
    nlattr *attributes[NBD_ATTR_MAX + 1];
    const auto *header = static_cast<genlmsghdr *>(nlmsg_data(&message));
    if (nla_parse(attributes, NBD_ATTR_MAX, genlmsg_attrdata(header, 0), genlmsg_attrlen(header, 0),
                  nullptr) == 0 &&
        attributes[NBD_ATTR_INDEX] != nullptr)
        index = static_cast<int>(nla_get_u32(attributes[NBD_ATTR_INDEX]));
}

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
    return open_nbd().has_value();
}

Result<int> nbd_connect(const DeviceOrder &order) {
    auto nbd = open_nbd();
    if (!nbd)
        return tl::unexpected(nbd.error());
    int index = -1;
    const auto put = [&](nl_msg *message) {
        return nla_put_u64(message, NBD_ATTR_SIZE_BYTES, order.bytes) != 0 ||
               nla_put_u64(message, NBD_ATTR_BLOCK_SIZE_BYTES, order.block_bytes) != 0 ||
               nla_put_u64(message, NBD_ATTR_SERVER_FLAGS, order.server_flags) != 0 ||
               nla_put_u64(message, NBD_ATTR_TIMEOUT, order.timeout_s) != 0 ||
               nla_put_u64(message, NBD_ATTR_DEAD_CONN_TIMEOUT, order.dead_conn_timeout_s) != 0 ||
               nla_put_string(message, NBD_ATTR_BACKEND_IDENTIFIER, order.backend.c_str()) != 0 ||
               put_sockets(message, order.sockets) != 0;
    };
    // nbd stops the device's queue and allocates without minding that swap may be on it.
    const IoFlusher no_io;
    const auto done = nbd->ask(
        {.command = NBD_CMD_CONNECT, .flags = 0, .put = put, .take = [&](nlmsghdr &message) {
             take_index(message, index);
         }});
    if (nbd->last_errno() != 0)
        return tl::unexpected(refusal("connecting the nbd device", nbd->last_errno()));
    if (!done)
        return tl::unexpected(done.error());
    if (index < 0)
        return fail("the kernel does not say which nbd device it connected");
    return index;
}

Status nbd_disconnect(int index) {
    auto nbd = open_nbd();
    if (!nbd)
        return tl::unexpected(nbd.error());
    auto done =
        nbd->ask({.command = NBD_CMD_DISCONNECT,
                  .flags = 0,
                  .put =
                      [&](nl_msg *message) {
                          return nla_put_u32(message, NBD_ATTR_INDEX, static_cast<unsigned>(index));
                      },
                  .take = nullptr});
    const int error = nbd->last_errno();
    if (error == EINVAL) // it was not connected
        return {};
    if (error != 0)
        return tl::unexpected(refusal(fmt::format("disconnecting /dev/nbd{}", index), error));
    return done;
}

bool nbd_removed(int index, const std::string &backend) {
    auto nbd = open_nbd();
    if (!nbd)
        return false;
    // Without a socket it changes nothing.
    (void)nbd->ask(
        {.command = NBD_CMD_RECONFIGURE,
         .flags = 0,
         .put =
             [&](nl_msg *message) {
                 return nla_put_u32(message, NBD_ATTR_INDEX, static_cast<unsigned>(index)) != 0 ||
                        nla_put_string(message, NBD_ATTR_BACKEND_IDENTIFIER, backend.c_str()) != 0;
             },
         .take = nullptr});
    return nbd->last_errno() == EINVAL;
}

} // namespace netswap::live
