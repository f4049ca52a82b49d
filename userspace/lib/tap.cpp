// SPDX-License-Identifier: GPL-2.0
#include "lib/tap.h"

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

Status set_up(nl_sock *socket, const std::string &name, bool up) {
    auto link = find_link(socket, name);
    if (!link)
        return tl::unexpected(link.error());
    Link change(rtnl_link_alloc());
    up ? rtnl_link_set_flags(change.get(), IFF_UP) : rtnl_link_unset_flags(change.get(), IFF_UP);
    if (const int error = rtnl_link_change(socket, link->get(), change.get(), 0); error < 0)
        return tl::unexpected(
            netlink_error(fmt::format("bringing {} {}", up ? "up" : "down", name), error));
    return {};
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
    if (auto ok = add_address(socket->get(), name, address); !ok)
        return tl::unexpected(ok.error());
    if (auto ok = set_up(socket->get(), name, true); !ok)
        return tl::unexpected(ok.error());
    return tun;
}

Status set_interface_up(const std::string &name, bool up) {
    auto socket = route_socket();
    return socket ? set_up(socket->get(), name, up) : Status(tl::unexpected(socket.error()));
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
