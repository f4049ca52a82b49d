// SPDX-License-Identifier: GPL-2.0
#include "guest/network.h"

#include "guest/sysfile.h"

#include <algorithm>
#include <arpa/inet.h>
#include <filesystem>
#include <net/if.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <thread>

namespace netswap::guest {
namespace {

namespace fs = std::filesystem;

ifreq request_for(const std::string &interface) {
    ifreq request{};
    std::copy_n(interface.begin(), std::min<std::size_t>(interface.size(), IFNAMSIZ - 1),
                request.ifr_name);
    return request;
}

Result<void> set_address(int socket, unsigned long verb, const std::string &interface,
                         const std::string &address) {
    auto request = request_for(interface);
    sockaddr_in in{};
    in.sin_family = AF_INET;
    if (::inet_pton(AF_INET, address.c_str(), &in.sin_addr) != 1)
        return fail("'" + address + "' is not an IPv4 address");
    std::memcpy(&request.ifr_addr, &in, sizeof in);
    if (::ioctl(socket, verb, &request) != 0)
        return os_error("setting " + address + " on " + interface);
    return {};
}

Result<void> set_up(int socket, const std::string &interface, bool up = true) {
    auto request = request_for(interface);
    if (::ioctl(socket, SIOCGIFFLAGS, &request) != 0)
        return os_error("reading the flags of " + interface);
    request.ifr_flags = static_cast<short>(up ? request.ifr_flags | IFF_UP //
                                              : request.ifr_flags & ~IFF_UP);
    if (::ioctl(socket, SIOCSIFFLAGS, &request) != 0)
        return os_error((up ? "bringing up " : "taking down ") + interface);
    return {};
}

} // namespace

std::optional<Nic> find_nic() {
    std::error_code none;
    for (const auto &entry : fs::directory_iterator("/sys/class/net", none)) {
        const auto driver = fs::read_symlink(entry.path() / "device/driver", none);
        if (!none)
            return Nic{entry.path().filename(), driver.filename()};
    }
    return std::nullopt;
}

std::vector<std::string> interfaces() {
    std::vector<std::string> names;
    std::error_code none;
    for (const auto &entry : fs::directory_iterator("/sys/class/net", none))
        names.push_back(entry.path().filename());
    return names;
}

Result<void> take_down(const std::string &interface) {
    const Fd socket(::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0));
    if (!socket.valid())
        return os_error("opening a socket");
    // The route to an address of our own does not go with its interface.
    (void)set_address(socket.get(), SIOCSIFADDR, interface, "0.0.0.0");
    return set_up(socket.get(), interface, false);
}

Result<void> bring_up(const std::string &interface, const std::string &address,
                      const std::string &netmask, std::chrono::milliseconds limit) {
    const Fd socket(::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0));
    if (!socket.valid())
        return os_error("opening a socket");
    if (auto done = set_up(socket.get(), "lo"); !done)
        return done;
    if (auto done = set_address(socket.get(), SIOCSIFADDR, interface, address); !done)
        return done;
    if (auto done = set_address(socket.get(), SIOCSIFNETMASK, interface, netmask); !done)
        return done;
    if (auto done = set_up(socket.get(), interface); !done)
        return done;
    const auto end = std::chrono::steady_clock::now() + limit;
    while (read_word("/sys/class/net/" + interface + "/carrier") != "1") {
        if (std::chrono::steady_clock::now() >= end)
            return fail(interface + " has no carrier");
        std::this_thread::sleep_for(std::chrono::milliseconds(10));
    }
    return {};
}

} // namespace netswap::guest
