// SPDX-License-Identifier: GPL-2.0
#include "guest/netlink_batch.h"

#include <arpa/inet.h>
#include <linux/netlink.h>
#include <sys/socket.h>

namespace netswap::guest {

void NetlinkBatch::start(std::uint16_t type, std::uint16_t flags) {
    finish_message();
    message_ = bytes_.size();
    nlmsghdr head{};
    head.nlmsg_type = type;
    head.nlmsg_flags = static_cast<std::uint16_t>(flags | NLM_F_REQUEST);
    answers_ += (flags & NLM_F_ACK) != 0 ? 1 : 0;
    append(&head, sizeof head);
}

void NetlinkBatch::finish_message() {
    const auto length = static_cast<std::uint32_t>(bytes_.size() - message_);
    if (length > 0)
        std::memcpy(bytes_.data() + message_, &length, sizeof length);
}

const std::vector<unsigned char> &NetlinkBatch::bytes() {
    finish_message();
    return bytes_;
}

void NetlinkBatch::append(const void *data, std::size_t bytes) {
    const auto *from = static_cast<const unsigned char *>(data);
    if (bytes > 0)
        bytes_.insert(bytes_.end(), from, from + bytes);
    bytes_.resize(NLMSG_ALIGN(bytes_.size()), 0);
}

void NetlinkBatch::attribute(std::uint16_t type, const void *data, std::size_t bytes) {
    nlattr head{};
    head.nla_len = static_cast<std::uint16_t>(NLA_HDRLEN + bytes);
    head.nla_type = type;
    append(&head, sizeof head);
    append(data, bytes);
}

void NetlinkBatch::put_text(std::uint16_t type, std::string_view text) {
    const std::string ended(text);
    attribute(type, ended.c_str(), ended.size() + 1);
}

void NetlinkBatch::put_be16(std::uint16_t type, std::uint16_t value) {
    put(type, htons(value));
}

void NetlinkBatch::put_be32(std::uint16_t type, std::uint32_t value) {
    put(type, htonl(value));
}

std::size_t NetlinkBatch::nest(std::uint16_t type) {
    const auto at = bytes_.size();
    attribute(static_cast<std::uint16_t>(type | NLA_F_NESTED), nullptr, 0);
    return at;
}

void NetlinkBatch::end(std::size_t nested) {
    const auto length = static_cast<std::uint16_t>(bytes_.size() - nested);
    std::memcpy(bytes_.data() + nested, &length, sizeof length);
}

Result<Fd> netlink_socket(int protocol) {
    Fd socket(::socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, protocol));
    if (!socket.valid())
        return os_error("netlink socket " + std::to_string(protocol));
    const timeval limit{5, 0};
    ::setsockopt(socket.get(), SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
    return socket;
}

Result<void> talk(const Fd &socket, NetlinkBatch &batch) {
    const auto &bytes = batch.bytes();
    if (::send(socket.get(), bytes.data(), bytes.size(), 0) != static_cast<ssize_t>(bytes.size()))
        return os_error("netlink request");
    alignas(nlmsghdr) unsigned char buffer[8192];
    for (int left = batch.answers(); left > 0;) {
        const auto got = ::recv(socket.get(), buffer, sizeof buffer, 0);
        if (got <= 0)
            return os_error("netlink answer");
        auto rest = static_cast<unsigned>(got);
        for (auto *head = reinterpret_cast<nlmsghdr *>(buffer); NLMSG_OK(head, rest);
             head = NLMSG_NEXT(head, rest)) {
            if (head->nlmsg_type != NLMSG_ERROR)
                continue;
            const auto *answer = static_cast<const nlmsgerr *>(NLMSG_DATA(head));
            if (answer->error != 0)
                return os_error("the kernel refused", -answer->error);
            --left;
        }
    }
    return {};
}

} // namespace netswap::guest
