// SPDX-License-Identifier: GPL-2.0
#include "live/view/family_view.h"

#include "kmod/uapi/netswap.h"

#include <array>
#include <functional>
#include <memory>

#include <fmt/format.h>
#include <netlink/attr.h>
#include <netlink/genl/ctrl.h>
#include <netlink/genl/genl.h>
#include <netlink/socket.h>

namespace netswap::live {

namespace {

struct SocketFree {
    void operator()(nl_sock *socket) const { nl_socket_free(socket); }
};
struct MessageFree {
    void operator()(nl_msg *message) const { nlmsg_free(message); }
};

Error netlink_error(const char *what, int code) {
    return {fmt::format("asking the kernel for {}: {}", what, nl_geterror(code)), exit_failed};
}

constexpr int most_attributes = 16;
using Attributes = std::array<nlattr *, most_attributes>;
using Take = std::function<void(const Attributes &)>;

std::string text(const nlattr *attribute) {
    return attribute == nullptr ? "" : nla_get_string(const_cast<nlattr *>(attribute));
}

std::uint32_t number(const nlattr *attribute) {
    return attribute == nullptr || nla_len(attribute) < 4 ? 0 : nla_get_u32(attribute);
}

int take_message(nl_msg *message, void *take) {
    Attributes attributes{};
    auto *header = static_cast<genlmsghdr *>(nlmsg_data(nlmsg_hdr(message)));
    if (nla_parse(attributes.data(), most_attributes - 1, genlmsg_attrdata(header, 0),
                  genlmsg_attrlen(header, 0), nullptr) != 0)
        return NL_SKIP;
    (*static_cast<Take *>(take))(attributes);
    return NL_OK;
}

class Asker {
  public:
    /// False if there is no such family.
    Result<bool> open() {
        if (!socket_)
            return fail("netlink: out of memory");
        if (const int error = genl_connect(socket_.get()); error < 0)
            return tl::unexpected(netlink_error("a netlink socket", error));
        nl_socket_disable_auto_ack(socket_.get());
        family_ = genl_ctrl_resolve(socket_.get(), NETSWAP_FAMILY_NAME);
        return family_ >= 0;
    }

    /// Calls `take` for each message of the answer. Returns 0 or a negative code of libnl.
    int ask(std::uint8_t command, int flags, Take take) {
        nl_socket_modify_cb(socket_.get(), NL_CB_VALID, NL_CB_CUSTOM, take_message, &take);
        const std::unique_ptr<nl_msg, MessageFree> request(nlmsg_alloc());
        if (!request || genlmsg_put(request.get(), NL_AUTO_PORT, NL_AUTO_SEQ, family_, 0, flags,
                                    command, NETSWAP_FAMILY_VERSION) == nullptr)
            return -NLE_NOMEM;
        if (const int error = nl_send_auto(socket_.get(), request.get()); error < 0)
            return error;
        return nl_recvmsgs_default(socket_.get());
    }

  private:
    std::unique_ptr<nl_sock, SocketFree> socket_{nl_socket_alloc()};
    int family_ = -1;
};

/// The module on a stock kernel answers only part of the questions.
bool not_offered(int code) {
    return code == -NLE_OPNOTSUPP || code == -NLE_INVAL;
}

} // namespace

std::optional<std::uint64_t> FamilyView::counter(std::string_view name) const {
    for (const auto &[counter, value] : counters)
        if (counter == name)
            return value;
    return std::nullopt;
}

Result<std::optional<FamilyView>> NetlinkFamily::read() {
    Asker asker;
    const auto there = asker.open();
    if (!there)
        return tl::unexpected(there.error());
    if (!*there)
        return std::nullopt;

    FamilyView view;
    int code = asker.ask(NETSWAP_CMD_POLICY_GET, 0, [&](const Attributes &in) {
        view.policy = text(in[NETSWAP_A_POLICY_POLICY]);
        if (in[NETSWAP_A_POLICY_EMERGENCY_PAGES] != nullptr)
            view.emergency_pages = number(in[NETSWAP_A_POLICY_EMERGENCY_PAGES]);
        if (in[NETSWAP_A_POLICY_MARKED_SOCKETS] != nullptr)
            view.marked_sockets = number(in[NETSWAP_A_POLICY_MARKED_SOCKETS]);
    });
    if (code < 0 && !not_offered(code))
        return tl::unexpected(netlink_error("its policy", code));

    code = asker.ask(NETSWAP_CMD_MECHANISM_GET, NLM_F_DUMP, [&](const Attributes &in) {
        view.mechanisms.push_back(
            {text(in[NETSWAP_A_MECHANISM_NAME]), text(in[NETSWAP_A_MECHANISM_GROUP])});
    });
    if (code < 0 && !not_offered(code))
        return tl::unexpected(netlink_error("its mechanisms", code));

    code = asker.ask(NETSWAP_CMD_COUNTER_GET, NLM_F_DUMP, [&](const Attributes &in) {
        const auto *value = in[NETSWAP_A_COUNTER_VALUE];
        if (value != nullptr && nla_len(value) >= 8)
            view.counters.emplace_back(text(in[NETSWAP_A_COUNTER_MECHANISM]) + "." +
                                           text(in[NETSWAP_A_COUNTER_NAME]),
                                       nla_get_u64(const_cast<nlattr *>(value)));
    });
    if (code < 0 && !not_offered(code))
        return tl::unexpected(netlink_error("its counters", code));

    std::vector<MarkView> sockets;
    code = asker.ask(NETSWAP_CMD_SOCKET_GET, NLM_F_DUMP, [&](const Attributes &in) {
        MarkView socket;
        socket.id = number(in[NETSWAP_A_SOCKET_ID]);
        socket.inode = number(in[NETSWAP_A_SOCKET_INODE]);
        if (const auto *family = in[NETSWAP_A_SOCKET_FAMILY]; family != nullptr)
            socket.family = nla_get_u16(const_cast<nlattr *>(family));
        socket.local = text(in[NETSWAP_A_SOCKET_LOCAL]);
        socket.remote = text(in[NETSWAP_A_SOCKET_REMOTE]);
        socket.by_kernel = number(in[NETSWAP_A_SOCKET_BY]) == NETSWAP_MARKED_BY_KERNEL;
        sockets.push_back(std::move(socket));
    });
    if (code >= 0)
        view.sockets = std::move(sockets);
    else if (!not_offered(code) && code != -NLE_PERM)
        return tl::unexpected(netlink_error("the marked sockets", code));
    return view;
}

} // namespace netswap::live
