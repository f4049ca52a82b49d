// SPDX-License-Identifier: GPL-2.0
#include "test_net.h"

#include "guest/sysfile.h"
#include "guest/unread_queue.h"

#include <catch2/catch.hpp>
#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <linux/if_tun.h>
#include <linux/ipv6.h>
#include <net/if.h>
#include <netpacket/packet.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

namespace netswap::guest {
namespace {

ifreq request_for(const char *device) {
    ifreq request{};
    std::strncpy(request.ifr_name, device, sizeof request.ifr_name - 1);
    return request;
}

void control(int family, unsigned long what, void *request) {
    const Fd socket(::socket(family, SOCK_DGRAM | SOCK_CLOEXEC, 0));
    const int done = ::ioctl(socket.get(), what, request);
    INFO("ioctl " << what << ": " << std::strerror(errno));
    REQUIRE(done == 0);
}

void set_address(const char *device, const char *address) {
    auto request = request_for(device);
    sockaddr_in in{};
    in.sin_family = AF_INET;
    ::inet_pton(AF_INET, address, &in.sin_addr);
    std::memcpy(&request.ifr_addr, &in, sizeof in);
    control(AF_INET, SIOCSIFADDR, &request);
    ::inet_pton(AF_INET, "255.255.255.0", &in.sin_addr);
    std::memcpy(&request.ifr_netmask, &in, sizeof in);
    control(AF_INET, SIOCSIFNETMASK, &request);
}

void set_address6(const char *device, const char *address) {
    in6_ifreq request{};
    request.ifr6_ifindex = static_cast<int>(::if_nametoindex(device));
    request.ifr6_prefixlen = 64;
    ::inet_pton(AF_INET6, address, &request.ifr6_addr);
    control(AF_INET6, SIOCSIFADDR, &request);
}

bool is_up(const char *device) {
    auto request = request_for(device);
    control(AF_INET, SIOCGIFFLAGS, &request);
    return (request.ifr_flags & IFF_UP) != 0;
}

} // namespace

void set_up(const char *device, bool up) {
    auto request = request_for(device);
    control(AF_INET, SIOCGIFFLAGS, &request);
    request.ifr_flags =
        static_cast<short>(up ? request.ifr_flags | IFF_UP : request.ifr_flags & ~IFF_UP);
    control(AF_INET, SIOCSIFFLAGS, &request);
}

bool DummyDevice::there() {
    return ::if_nametoindex(name) != 0;
}

DummyDevice::DummyDevice() {
    set_up(name, true);
    set_address(name, address);
    set_address6(name, address6);
}

DummyDevice::~DummyDevice() {
    set_up(name, false);
}

LoopbackDevice::LoopbackDevice() : was_up_(is_up("lo")) {
    set_up("lo", true);
}

LoopbackDevice::~LoopbackDevice() {
    if (!was_up_)
        set_up("lo", false);
}

UnreadTap::UnreadTap() : fd_(::open("/dev/net/tun", O_RDWR | O_CLOEXEC)) {
    auto request = request_for(name);
    request.ifr_flags = IFF_TAP | IFF_NO_PI;
    REQUIRE(::ioctl(fd_.get(), TUNSETIFF, &request) == 0);
    set_address(name, "203.0.113.1");
    set_up(name, true);
    set_address6(name, "2001:db8:1::1");
}

UnreadQueue::UnreadQueue() {
    auto queue = queue_datagrams(std::nullopt);
    INFO((queue ? "" : queue.error().message));
    REQUIRE(queue.has_value());
    queue_ = std::move(*queue);
}

UnreadQueue::~UnreadQueue() {
    const auto done = drop_queued(queue_).and_then(queue_no_datagrams);
    INFO((done ? "" : done.error().message));
    CHECK(done.has_value());
}

Sysctl::Sysctl(const std::string &name, const std::string &value)
    : file_("/proc/sys/" + name), before_(read_word(file_).value_or("")) {
    INFO(file_);
    REQUIRE(write_text(file_, value).has_value());
}

Sysctl::~Sysctl() {
    CHECK(write_text(file_, before_).has_value());
}

LinkAddress link_address(const std::string &device) {
    auto request = request_for(device.c_str());
    control(AF_INET, SIOCGIFHWADDR, &request);
    LinkAddress address{};
    std::memcpy(address.data(), request.ifr_hwaddr.sa_data, address.size());
    return address;
}

Fd packet_socket(const std::string &device, int protocol) {
    Fd fd(
        ::socket(AF_PACKET, SOCK_RAW | SOCK_CLOEXEC, htons(static_cast<std::uint16_t>(protocol))));
    sockaddr_ll where{};
    where.sll_family = AF_PACKET;
    where.sll_protocol = htons(static_cast<std::uint16_t>(protocol));
    where.sll_ifindex = static_cast<int>(::if_nametoindex(device.c_str()));
    REQUIRE(::bind(fd.get(), reinterpret_cast<sockaddr *>(&where), sizeof where) == 0);
    return fd;
}

} // namespace netswap::guest
