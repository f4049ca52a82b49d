// SPDX-License-Identifier: GPL-2.0
#include "lib/tcp_bytes.h"

#include <optional>

#include <arpa/inet.h>
#include <linux/inet_diag.h>
#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <linux/sock_diag.h>
#include <netinet/in.h>
#include <sys/socket.h>
// After <netinet/in.h>: the kernel's tcp_info has the byte counts.
#include <linux/tcp.h>

#include "lib/fd.h"

namespace netswap {

namespace {

std::uint64_t bytes_of(const nlmsghdr *head) {
    const auto *message = static_cast<const inet_diag_msg *>(NLMSG_DATA(head));
    auto left = static_cast<int>(head->nlmsg_len - NLMSG_LENGTH(sizeof *message));
    for (const auto *at = reinterpret_cast<const rtattr *>(message + 1); RTA_OK(at, left);
         at = RTA_NEXT(at, left))
        if (at->rta_type == INET_DIAG_INFO &&
            RTA_PAYLOAD(at) >= offsetof(tcp_info, tcpi_segs_out)) {
            const auto *info = static_cast<const tcp_info *>(RTA_DATA(at));
            return info->tcpi_bytes_acked + info->tcpi_bytes_received;
        }
    return 0;
}

std::optional<std::uint64_t> ask(std::uint16_t port) {
    const Fd socket(::socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_SOCK_DIAG));
    struct {
        nlmsghdr head;
        inet_diag_req_v2 body;
    } request{};
    request.head.nlmsg_len = sizeof request;
    request.head.nlmsg_type = SOCK_DIAG_BY_FAMILY;
    request.head.nlmsg_flags = NLM_F_REQUEST | NLM_F_DUMP;
    request.body.sdiag_family = AF_INET;
    request.body.sdiag_protocol = IPPROTO_TCP;
    request.body.idiag_ext = 1 << (INET_DIAG_INFO - 1);
    request.body.idiag_states = ~0U;
    request.body.id.idiag_sport = htons(port);
    if (!socket.valid() || ::send(socket.get(), &request, sizeof request, 0) < 0)
        return std::nullopt;
    std::uint64_t sum = 0;
    alignas(nlmsghdr) char buffer[32 << 10];
    for (;;) {
        const auto got = ::recv(socket.get(), buffer, sizeof buffer, 0);
        if (got <= 0)
            return std::nullopt;
        auto left = static_cast<unsigned>(got);
        for (auto *head = reinterpret_cast<nlmsghdr *>(buffer); NLMSG_OK(head, left);
             head = NLMSG_NEXT(head, left)) {
            if (head->nlmsg_type == NLMSG_DONE)
                return sum;
            if (head->nlmsg_type == NLMSG_ERROR)
                return std::nullopt;
            // The kernel's filter takes the port; a kernel may have listed others before that.
            const auto *message = static_cast<const inet_diag_msg *>(NLMSG_DATA(head));
            if (message->id.idiag_sport == htons(port))
                sum += bytes_of(head);
        }
    }
}

} // namespace

std::uint64_t TcpBytes::read() {
    const auto sum = ask(port_);
    return sum ? take(*sum) : total_;
}

std::uint64_t TcpBytes::take(std::uint64_t sum) {
    if (sum > last_)
        total_ += sum - last_;
    last_ = sum;
    return total_;
}

} // namespace netswap
