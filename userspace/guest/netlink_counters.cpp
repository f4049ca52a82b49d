// SPDX-License-Identifier: GPL-2.0
#include "guest/counter_source.h"

#include "kmod/uapi/netswap.h"

#include <memory>
#include <netlink/attr.h>
#include <netlink/genl/ctrl.h>
#include <netlink/genl/genl.h>
#include <netlink/socket.h>

namespace netswap::guest {
namespace {

struct SocketFree {
    void operator()(nl_sock *socket) const { nl_socket_free(socket); }
};
struct MessageFree {
    void operator()(nl_msg *message) const { nlmsg_free(message); }
};

Error netlink_error(const char *what, int code) {
    return {std::string("netlink counters: ") + what + ": " + nl_geterror(code), exit_failed};
}

/// One reply of the dump; what lacks an attribute is skipped.
int take_counter(nl_msg *message, void *list) {
    nlattr *attrs[NETSWAP_A_COUNTER_MAX + 1];
    auto *header = static_cast<genlmsghdr *>(nlmsg_data(nlmsg_hdr(message)));
    if (nla_parse(attrs, NETSWAP_A_COUNTER_MAX, genlmsg_attrdata(header, 0),
                  genlmsg_attrlen(header, 0), nullptr) != 0)
        return NL_SKIP;
    auto *mechanism = attrs[NETSWAP_A_COUNTER_MECHANISM];
    auto *name = attrs[NETSWAP_A_COUNTER_NAME];
    auto *value = attrs[NETSWAP_A_COUNTER_VALUE];
    if (mechanism != nullptr && name != nullptr && value != nullptr)
        static_cast<CounterList *>(list)->emplace_back(std::string(nla_get_string(mechanism)) +
                                                           "." + nla_get_string(name),
                                                       nla_get_u64(value));
    return NL_OK;
}

} // namespace

Result<CounterList> NetlinkCounters::read() {
    const std::unique_ptr<nl_sock, SocketFree> socket(nl_socket_alloc());
    if (!socket)
        return fail("netlink counters: out of memory");
    if (const int error = genl_connect(socket.get()); error < 0)
        return tl::unexpected(netlink_error("connecting", error));
    const int family = genl_ctrl_resolve(socket.get(), NETSWAP_FAMILY_NAME);
    if (family == -NLE_OBJ_NOTFOUND)
        return CounterList{}; // no netswap.ko
    if (family < 0)
        return tl::unexpected(netlink_error("looking for family netswap", family));

    CounterList list;
    nl_socket_modify_cb(socket.get(), NL_CB_VALID, NL_CB_CUSTOM, take_counter, &list);
    const std::unique_ptr<nl_msg, MessageFree> request(nlmsg_alloc());
    if (!request || genlmsg_put(request.get(), NL_AUTO_PORT, NL_AUTO_SEQ, family, 0, NLM_F_DUMP,
                                NETSWAP_CMD_COUNTER_GET, NETSWAP_FAMILY_VERSION) == nullptr)
        return fail("netlink counters: out of memory");
    if (const int error = nl_send_auto(socket.get(), request.get()); error < 0)
        return tl::unexpected(netlink_error("asking", error));
    // On a kernel without hooks netswap_mark has the family, but nothing to count.
    if (const int error = nl_recvmsgs_default(socket.get()); error < 0 && error != -NLE_OPNOTSUPP)
        return tl::unexpected(netlink_error("reading the answer", error));
    return list;
}

} // namespace netswap::guest
