// SPDX-License-Identifier: GPL-2.0
#include "live/marks_message.h"

#include "kmod/uapi/netswap.h"
#include "live/netlink_attributes.h"

namespace netswap::live {

namespace {

template <typename Number>
void take(const nlattr *attribute, Number &into) {
    into = number_of<Number>(attribute).value_or(into);
}

void take(const nlattr *attribute, std::string &into) {
    if (attribute != nullptr)
        into = text_of(attribute);
}

} // namespace

void parse_socket(nlmsghdr &message, MarkedSocket &socket) {
    const auto attrs = attributes<NETSWAP_A_SOCKET_MAX>(message);
    std::uint32_t by = NETSWAP_MARKED_BY_KERNEL;
    take(attrs[NETSWAP_A_SOCKET_ID], socket.id);
    take(attrs[NETSWAP_A_SOCKET_INODE], socket.inode);
    take(attrs[NETSWAP_A_SOCKET_FAMILY], socket.family);
    take(attrs[NETSWAP_A_SOCKET_PROTOCOL], socket.protocol);
    take(attrs[NETSWAP_A_SOCKET_LOCAL], socket.local);
    take(attrs[NETSWAP_A_SOCKET_REMOTE], socket.remote);
    take(attrs[NETSWAP_A_SOCKET_BY], by);
    socket.by_user = by == NETSWAP_MARKED_BY_USER;
}

void parse_listed(nlmsghdr &message, std::vector<MarkedSocket> &sockets) {
    MarkedSocket socket;
    parse_socket(message, socket);
    if (socket.id != 0)
        sockets.push_back(std::move(socket));
}

void parse_policy(nlmsghdr &message, MarkPolicy &policy) {
    const auto attrs = attributes<NETSWAP_A_POLICY_MAX>(message);
    take(attrs[NETSWAP_A_POLICY_POLICY], policy.policy);
    take(attrs[NETSWAP_A_POLICY_EMERGENCY_PAGES], policy.emergency_pages);
    take(attrs[NETSWAP_A_POLICY_MARKED_SOCKETS], policy.marked_sockets);
}

std::string error_words(const nlmsghdr &message) {
    if ((message.nlmsg_flags & NLM_F_ACK_TLVS) == 0 ||
        message.nlmsg_len < NLMSG_LENGTH(sizeof(nlmsgerr)))
        return {};
    const auto *error = static_cast<const nlmsgerr *>(NLMSG_DATA(&message));
    // The request is repeated in front of the words, unless it was cut off.
    std::size_t skip = sizeof(nlmsgerr);
    const std::size_t length = message.nlmsg_len - NLMSG_HDRLEN;
    if ((message.nlmsg_flags & NLM_F_CAPPED) == 0) {
        if (error->msg.nlmsg_len < sizeof(nlmsghdr) || error->msg.nlmsg_len > length)
            return {};
        skip += error->msg.nlmsg_len - sizeof(nlmsghdr);
    }
    skip = NLMSG_ALIGN(skip);
    if (skip >= length)
        return {};
    auto *attr = reinterpret_cast<nlattr *>(
        const_cast<char *>(reinterpret_cast<const char *>(error)) + skip);
    auto *found = nla_find(attr, static_cast<int>(length - skip), NLMSGERR_ATTR_MSG);
    std::string words;
    take(found, words);
    return words;
}

} // namespace netswap::live
