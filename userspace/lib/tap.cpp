// SPDX-License-Identifier: GPL-2.0
#include "lib/tap.h"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <memory>

#include <fcntl.h>
#include <fmt/format.h>
#include <linux/if.h>
#include <linux/if_tun.h>
#include <netlink/netlink.h>
#include <netlink/route/addr.h>
#include <netlink/route/link.h>
#include <netlink/route/nexthop.h>
#include <netlink/route/route.h>
#include <sys/ioctl.h>

#include "lib/text.h"

namespace netswap {

namespace {

constexpr const char *tun_device = "/dev/net/tun";

template <auto function>
struct Deleter {
    template <typename T>
    void operator()(T *object) const {
        function(object);
    }
};
using Socket = std::unique_ptr<nl_sock, Deleter<nl_socket_free>>;
using Link = std::unique_ptr<rtnl_link, Deleter<rtnl_link_put>>;
using Address = std::unique_ptr<nl_addr, Deleter<nl_addr_put>>;
using Route = std::unique_ptr<rtnl_route, Deleter<rtnl_route_put>>;
using RouteAddress = std::unique_ptr<rtnl_addr, Deleter<rtnl_addr_put>>;

Error netlink_error(std::string_view what, int error) {
    return Error{fmt::format("{}: {}", what, nl_geterror(error)), exit_host};
}

Result<Link> find_link(nl_sock *socket, const std::string &name) {
    rtnl_link *raw = nullptr;
    if (const int error = rtnl_link_get_kernel(socket, 0, name.c_str(), &raw); error < 0)
        return tl::unexpected(netlink_error("interface " + name, error));
    return Link(raw);
}

/// `change` fills in what shall be otherwise; `what` is for the error.
template <typename Change>
Status change_link(nl_sock *socket, const std::string &name, std::string_view what, Change change) {
    auto link = find_link(socket, name);
    if (!link)
        return tl::unexpected(link.error());
    Link wanted(rtnl_link_alloc());
    change(wanted.get());
    if (const int error = rtnl_link_change(socket, link->get(), wanted.get(), 0); error < 0)
        return tl::unexpected(netlink_error(what, error));
    return {};
}

Status set_up(nl_sock *socket, const std::string &name, bool up) {
    return change_link(socket, name, fmt::format("bringing {} {}", up ? "up" : "down", name),
                       [up](rtnl_link *wanted) {
                           up ? rtnl_link_set_flags(wanted, IFF_UP)
                              : rtnl_link_unset_flags(wanted, IFF_UP);
                       });
}

Status set_no_arp(nl_sock *socket, const std::string &name) {
    return change_link(socket, name, "switching ARP off on " + name,
                       [](rtnl_link *wanted) { rtnl_link_set_flags(wanted, IFF_NOARP); });
}

Result<Socket> route_socket() {
    Socket socket(nl_socket_alloc());
    if (const int error = nl_connect(socket.get(), NETLINK_ROUTE); error < 0)
        return tl::unexpected(netlink_error("route netlink", error));
    return socket;
}

Status add_address(nl_sock *socket, const std::string &name, const std::string &address) {
    auto link = find_link(socket, name);
    if (!link)
        return tl::unexpected(link.error());
    nl_addr *raw = nullptr;
    if (const int error = nl_addr_parse(address.c_str(), AF_INET, &raw); error < 0)
        return tl::unexpected(netlink_error("address " + address, error));
    Address local(raw);
    RouteAddress route(rtnl_addr_alloc());
    rtnl_addr_set_ifindex(route.get(), rtnl_link_get_ifindex(link->get()));
    rtnl_addr_set_local(route.get(), local.get());
    if (const int error = rtnl_addr_add(socket, route.get(), 0); error < 0)
        return tl::unexpected(netlink_error(fmt::format("address {} on {}", address, name), error));
    return {};
}

} // namespace

Result<Fd> create_tap(const std::string &name, const std::string &address) {
    Fd tun(::open(tun_device, O_RDWR | O_CLOEXEC));
    if (!tun.valid())
        return tl::unexpected(errno_error(tun_device, errno, exit_host));
    ifreq request{};
    std::strncpy(request.ifr_name, name.c_str(), IFNAMSIZ - 1);
    request.ifr_flags = static_cast<short>(IFF_TAP | IFF_NO_PI | IFF_VNET_HDR);
    if (::ioctl(tun.get(), TUNSETIFF, &request) != 0)
        return tl::unexpected(errno_error("making tap interface " + name, errno, exit_host));
    ::fcntl(tun.get(), F_SETFL, O_NONBLOCK);

    auto socket = route_socket();
    if (!socket)
        return tl::unexpected(socket.error());
    if (auto ok = set_up(socket->get(), "lo", true); !ok)
        return tl::unexpected(ok.error());
    auto ok = address.empty() ? set_no_arp(socket->get(), name)
                              : add_address(socket->get(), name, address);
    if (!ok)
        return tl::unexpected(ok.error());
    if (ok = set_up(socket->get(), name, true); !ok)
        return tl::unexpected(ok.error());
    return tun;
}

Status set_interface_up(const std::string &name, bool up) {
    auto socket = route_socket();
    return socket ? set_up(socket->get(), name, up) : Status(tl::unexpected(socket.error()));
}

Status set_interface_mtu(const std::string &name, int mtu) {
    auto socket = route_socket();
    if (!socket)
        return tl::unexpected(socket.error());
    return change_link(
        socket->get(), name, fmt::format("MTU {} on {}", mtu, name),
        [mtu](rtnl_link *wanted) { rtnl_link_set_mtu(wanted, static_cast<unsigned>(mtu)); });
}

Status add_route(const std::string &network, const std::string &gateway) {
    auto socket = route_socket();
    if (!socket)
        return tl::unexpected(socket.error());
    nl_addr *to = nullptr, *by = nullptr;
    const int parsed = std::min(nl_addr_parse(network.c_str(), AF_INET, &to),
                                nl_addr_parse(gateway.c_str(), AF_INET, &by));
    const Address destination(to), neighbour(by);
    const auto what = fmt::format("route to {} by {}", network, gateway);
    if (parsed < 0)
        return tl::unexpected(netlink_error(what, parsed));
    Route route(rtnl_route_alloc());
    rtnl_nexthop *hop = rtnl_route_nh_alloc();
    rtnl_route_nh_set_gateway(hop, neighbour.get());
    rtnl_route_add_nexthop(route.get(), hop);
    rtnl_route_set_dst(route.get(), destination.get());
    if (const int error = rtnl_route_add(socket->get(), route.get(), 0); error < 0)
        return tl::unexpected(netlink_error(what, error));
    return {};
}

std::uint64_t interface_bytes(const std::string &name) {
    // /proc/net follows the network namespace of the reader; /sys does not unless it is remounted.
    const auto text = read_file("/proc/net/dev");
    if (!text)
        return 0;
    for (const auto line : split(*text, '\n')) {
        const auto trimmed = trim(line);
        if (!trimmed.starts_with(name + ":"))
            continue;
        unsigned long long received = 0, sent = 0;
        std::sscanf(std::string(trimmed.substr(name.size() + 1)).c_str(),
                    "%llu %*u %*u %*u %*u %*u %*u %*u %llu", &received, &sent);
        return received + sent;
    }
    return 0;
}

Status probe_tun() {
    Fd tun(::open(tun_device, O_RDWR | O_CLOEXEC));
    if (!tun.valid())
        return fail(fmt::format("{} cannot be opened ({}): load the module tun, or give this user "
                                "the right to open it",
                                tun_device, std::strerror(errno)),
                    exit_host);
    return {};
}

} // namespace netswap
