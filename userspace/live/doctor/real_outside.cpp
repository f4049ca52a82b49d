// SPDX-License-Identifier: GPL-2.0
#include <array>
#include <cerrno>
#include <cstring>

#include <arpa/inet.h>
#include <fmt/format.h>
#include <ifaddrs.h>
#include <linux/netlink.h>
#include <linux/sock_diag.h>
#include <linux/unix_diag.h>
#include <netdb.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include "lib/fd.h"
#include "live/doctor/outside.h"
#include "live/process_audit.h"

namespace netswap::live::doctor {

namespace {

std::string numeric(const sockaddr *address) {
    std::array<char, INET6_ADDRSTRLEN> text{};
    if (address == nullptr)
        return {};
    if (address->sa_family == AF_INET)
        ::inet_ntop(AF_INET, &reinterpret_cast<const sockaddr_in *>(address)->sin_addr, text.data(),
                    text.size());
    else if (address->sa_family == AF_INET6)
        ::inet_ntop(AF_INET6, &reinterpret_cast<const sockaddr_in6 *>(address)->sin6_addr,
                    text.data(), text.size());
    return text.data();
}

/// Calls `see` with the name and numeric address of each of this machine's addresses.
template <typename See>
void each_address(See &&see) {
    ifaddrs *list = nullptr;
    if (::getifaddrs(&list) != 0)
        return;
    for (const auto *at = list; at != nullptr; at = at->ifa_next)
        if (const auto text = numeric(at->ifa_addr); !text.empty())
            see(at->ifa_name, text);
    ::freeifaddrs(list);
}

class RealOutside : public Outside {
  public:
    Result<Route> route_to(const std::string &host) override {
        addrinfo want{};
        want.ai_socktype = SOCK_DGRAM;
        addrinfo *found = nullptr;
        if (const int error = ::getaddrinfo(host.c_str(), "10809", &want, &found); error != 0)
            return fail(fmt::format("{}: {}", host, ::gai_strerror(error)), exit_bad_input);
        Route route;
        route.address = numeric(found->ai_addr);
        // A UDP socket that is connected has chosen its route, and has sent nothing.
        const Fd socket(::socket(found->ai_family, SOCK_DGRAM | SOCK_CLOEXEC, 0));
        const bool connected =
            socket.valid() && ::connect(socket.get(), found->ai_addr, found->ai_addrlen) == 0;
        const int error = errno;
        const int family = found->ai_family;
        ::freeaddrinfo(found);
        if (!connected)
            return tl::unexpected(errno_error("no route to " + host, error));
        sockaddr_storage source{};
        socklen_t length = sizeof source;
        ::getsockname(socket.get(), reinterpret_cast<sockaddr *>(&source), &length);
        const auto from = numeric(reinterpret_cast<sockaddr *>(&source));
        length = sizeof route.path_mtu;
        if (family == AF_INET6)
            ::getsockopt(socket.get(), IPPROTO_IPV6, IPV6_MTU, &route.path_mtu, &length);
        else
            ::getsockopt(socket.get(), IPPROTO_IP, IP_MTU, &route.path_mtu, &length);
        bool own = false;
        each_address([&](const std::string &name, const std::string &address) {
            own |= address == route.address;
            if (address == from && route.interface.empty())
                route.interface = name;
        });
        if (own)
            route.interface = "lo";
        return route;
    }

    std::vector<std::string> own_addresses() override {
        std::vector<std::string> all;
        each_address([&](const std::string & /*name*/, const std::string &address) {
            all.push_back(address);
        });
        return all;
    }

    std::optional<std::uint64_t> unix_peer(std::uint64_t inode) override {
        const Fd socket(::socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_SOCK_DIAG));
        struct {
            nlmsghdr header;
            unix_diag_req request;
        } ask{};
        ask.header.nlmsg_len = sizeof ask;
        ask.header.nlmsg_type = SOCK_DIAG_BY_FAMILY;
        ask.header.nlmsg_flags = NLM_F_REQUEST;
        ask.request.sdiag_family = AF_UNIX;
        ask.request.udiag_states = ~0U;
        ask.request.udiag_ino = static_cast<std::uint32_t>(inode);
        ask.request.udiag_show = UDIAG_SHOW_PEER;
        std::memset(ask.request.udiag_cookie, 0xff, sizeof ask.request.udiag_cookie);
        if (!socket.valid() || ::send(socket.get(), &ask, sizeof ask, 0) != sizeof ask)
            return std::nullopt;
        alignas(nlmsghdr) std::array<char, 4096> reply{};
        const auto got = ::recv(socket.get(), reply.data(), reply.size(), 0);
        const auto *header = reinterpret_cast<const nlmsghdr *>(reply.data());
        if (got < static_cast<ssize_t>(sizeof *header) ||
            header->nlmsg_type != SOCK_DIAG_BY_FAMILY ||
            header->nlmsg_len > static_cast<std::size_t>(got))
            return std::nullopt;
        const auto *data = reply.data() + NLMSG_LENGTH(sizeof(unix_diag_msg));
        const auto *end = reply.data() + header->nlmsg_len;
        while (data + sizeof(nlattr) <= end) {
            nlattr attribute;
            std::memcpy(&attribute, data, sizeof attribute);
            if (attribute.nla_len < NLA_HDRLEN || data + attribute.nla_len > end)
                break;
            if (attribute.nla_type == UNIX_DIAG_PEER && attribute.nla_len >= NLA_HDRLEN + 4) {
                std::uint32_t peer = 0;
                std::memcpy(&peer, data + NLA_HDRLEN, sizeof peer);
                return peer;
            }
            data += NLA_ALIGN(attribute.nla_len);
        }
        return std::nullopt;
    }

    LinkProbe &links() override { return links_; }

    std::uint64_t flusher_flags() override { return learn_flusher_flags(); }

  private:
    KernelLinkProbe links_;
};

} // namespace

std::unique_ptr<Outside> real_outside() {
    return std::make_unique<RealOutside>();
}

} // namespace netswap::live::doctor
