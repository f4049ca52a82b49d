// SPDX-License-Identifier: GPL-2.0
#include "guest/interface.h"

#include <algorithm>
#include <linux/ethtool.h>
#include <linux/sockios.h>
#include <sys/ioctl.h>
#include <sys/socket.h>

namespace netswap::guest {

Result<void> interface_request(unsigned long verb, ifreq &request, const std::string &interface,
                               const std::string &what) {
    std::copy_n(interface.begin(), std::min<std::size_t>(interface.size(), IFNAMSIZ - 1),
                request.ifr_name);
    const Fd socket(::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0));
    if (::ioctl(socket.get(), verb, &request) != 0)
        return os_error(what + " on " + interface);
    return {};
}

namespace {

Result<void> ethtool(const std::string &interface, ethtool_value &value, const std::string &what) {
    ifreq request{};
    request.ifr_data = reinterpret_cast<char *>(&value);
    return interface_request(SIOCETHTOOL, request, interface, what);
}

} // namespace

Result<void> set_mtu(const std::string &interface, int mtu) {
    ifreq request{};
    request.ifr_mtu = mtu;
    return interface_request(SIOCSIFMTU, request, interface, "MTU " + std::to_string(mtu));
}

Result<void> switch_segmentation_off(const std::string &interface) {
    ethtool_value value{ETHTOOL_STSO, 0};
    return ethtool(interface, value, "switching segmentation off");
}

std::optional<bool> segmentation(const std::string &interface) {
    ethtool_value value{ETHTOOL_GTSO, 0};
    if (!ethtool(interface, value, "reading segmentation"))
        return std::nullopt;
    return value.data != 0;
}

} // namespace netswap::guest
