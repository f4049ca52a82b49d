// SPDX-License-Identifier: GPL-2.0
#include "live/link_probe.h"

#include <cstring>
#include <memory>

#include <fmt/format.h>
#include <linux/ethtool.h>
#include <linux/rtnetlink.h>
#include <linux/sockios.h>
#include <net/if.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netlink/attr.h>
#include <netlink/msg.h>
#include <netlink/netlink.h>
#include <sys/ioctl.h>
#include <sys/socket.h>

#include "lib/fd.h"

namespace netswap::live {

namespace {

template <typename T>
bool ask(const std::string &nic, std::uint32_t command, T &answer) {
    const Fd fd(::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0));
    if (!fd.valid() || nic.size() >= IFNAMSIZ)
        return false;
    ifreq request{};
    std::memcpy(request.ifr_name, nic.c_str(), nic.size());
    request.ifr_data = reinterpret_cast<char *>(&answer);
    answer.cmd = command;
    return ::ioctl(fd.get(), SIOCETHTOOL, &request) == 0;
}

std::optional<std::uint32_t> value_of(const std::string &nic, std::uint32_t command) {
    ethtool_value value{};
    if (!ask(nic, command, value))
        return std::nullopt;
    return value.data;
}

struct AddressListDeleter {
    void operator()(addrinfo *list) const { ::freeaddrinfo(list); }
};

struct SocketDeleter {
    void operator()(nl_sock *socket) const { ::nl_socket_free(socket); }
};

struct MessageDeleter {
    void operator()(nl_msg *message) const { ::nlmsg_free(message); }
};

Result<int> link_index(const std::string &server, const sockaddr *address) {
    const auto refuse = [&](int error) {
        return fail(fmt::format("no route to {}: {}", server, ::nl_geterror(error)), exit_host);
    };
    const bool six = address->sa_family == AF_INET6;
    const auto *in6 = reinterpret_cast<const sockaddr_in6 *>(address);
    if (six && in6->sin6_scope_id != 0) // link-local: the address says it
        return static_cast<int>(in6->sin6_scope_id);
    const std::unique_ptr<nl_sock, SocketDeleter> socket(::nl_socket_alloc());
    if (!socket)
        return refuse(-NLE_NOMEM);
    if (const int error = ::nl_connect(socket.get(), NETLINK_ROUTE); error < 0)
        return refuse(error);

    const std::unique_ptr<nl_msg, MessageDeleter> message(
        ::nlmsg_alloc_simple(RTM_GETROUTE, NLM_F_REQUEST));
    const void *bytes = six ? static_cast<const void *>(&in6->sin6_addr)
                            : &reinterpret_cast<const sockaddr_in *>(address)->sin_addr;
    const int length = six ? 16 : 4;
    rtmsg route{};
    route.rtm_family = static_cast<unsigned char>(address->sa_family);
    route.rtm_dst_len = static_cast<unsigned char>(length * 8);
    if (!message || ::nlmsg_append(message.get(), &route, sizeof(route), NLMSG_ALIGNTO) < 0 ||
        ::nla_put(message.get(), RTA_DST, length, bytes) < 0)
        return refuse(-NLE_NOMEM);
    if (const int error = ::nl_send_auto(socket.get(), message.get()); error < 0)
        return refuse(error);

    int index = 0;
    ::nl_socket_disable_seq_check(socket.get());
    ::nl_socket_modify_cb(
        socket.get(), NL_CB_VALID, NL_CB_CUSTOM,
        [](nl_msg *reply, void *to) -> int {
            const auto *link = ::nlmsg_find_attr(::nlmsg_hdr(reply), sizeof(rtmsg), RTA_OIF);
            if (link != nullptr)
                *static_cast<int *>(to) = static_cast<int>(::nla_get_u32(link));
            return NL_STOP;
        },
        &index);
    if (const int error = ::nl_recvmsgs_default(socket.get()); error < 0)
        return refuse(error);
    if (index == 0)
        return fail(fmt::format("no route to {}: the kernel names no link", server), exit_host);
    return index;
}

} // namespace

std::optional<int> KernelLinkProbe::rx_ring(const std::string &nic) {
    ethtool_ringparam ring{};
    if (!ask(nic, ETHTOOL_GRINGPARAM, ring) || ring.rx_pending == 0)
        return std::nullopt;
    return static_cast<int>(ring.rx_pending);
}

std::optional<int> KernelLinkProbe::rx_channels(const std::string &nic) {
    ethtool_channels channels{};
    if (!ask(nic, ETHTOOL_GCHANNELS, channels))
        return std::nullopt;
    const auto count = channels.rx_count + channels.combined_count;
    return count > 0 ? std::optional<int>(static_cast<int>(count)) : std::nullopt;
}

std::optional<bool> KernelLinkProbe::gro(const std::string &nic) {
    const auto value = value_of(nic, ETHTOOL_GGRO);
    return value ? std::optional<bool>(*value != 0) : std::nullopt;
}

std::optional<bool> KernelLinkProbe::lro(const std::string &nic) {
    const auto value = value_of(nic, ETHTOOL_GFLAGS);
    return value ? std::optional<bool>((*value & ETH_FLAG_LRO) != 0) : std::nullopt;
}

std::optional<bool> KernelLinkProbe::tso(const std::string &nic) {
    const auto value = value_of(nic, ETHTOOL_GTSO);
    return value ? std::optional<bool>(*value != 0) : std::nullopt;
}

Result<std::string> KernelLinkProbe::route_link(const std::string &server) {
    addrinfo hints{};
    hints.ai_socktype = SOCK_STREAM;
    addrinfo *found = nullptr;
    if (const int error = ::getaddrinfo(server.c_str(), nullptr, &hints, &found); error != 0)
        return fail(fmt::format("server {}: {}", server, ::gai_strerror(error)), exit_bad_input);
    const std::unique_ptr<addrinfo, AddressListDeleter> list(found);
    const auto index = link_index(server, list->ai_addr);
    if (!index)
        return tl::unexpected(index.error());
    char name[IF_NAMESIZE];
    if (::if_indextoname(static_cast<unsigned>(*index), name) == nullptr)
        return fail(fmt::format("no route to {}: its link has gone", server), exit_host);
    return std::string(name);
}

} // namespace netswap::live
