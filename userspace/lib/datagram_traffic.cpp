// SPDX-License-Identifier: GPL-2.0
#include "lib/datagram_traffic.h"

#include <cerrno>

#include <arpa/inet.h>
#include <fmt/format.h>
#include <sys/socket.h>

namespace netswap {

Result<sockaddr_in> ipv4_target(const std::string &address, std::uint16_t port) {
    sockaddr_in target{};
    target.sin_family = AF_INET;
    target.sin_port = htons(port);
    if (::inet_pton(AF_INET, address.c_str(), &target.sin_addr) != 1)
        return fail(fmt::format("'{}' is not an IPv4 address", address));
    return target;
}

Status DatagramTraffic::open() {
    for (const auto &address : plan_.addresses) {
        const auto target = ipv4_target(address, plan_.port);
        if (!target)
            return tl::unexpected(target.error());
        targets_.push_back(*target);
    }
    payload_.assign(plan_.bytes, 'x');
    socket_ = Fd(::socket(AF_INET, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
    if (!socket_.valid())
        return tl::unexpected(errno_error("datagram socket", errno, exit_host));
    return {};
}

void DatagramTraffic::step() {
    const auto &target = targets_[next_];
    next_ = (next_ + 1) % targets_.size();
    count_.sent(::sendto(socket_.get(), payload_.data(), payload_.size(), MSG_DONTWAIT,
                         reinterpret_cast<const sockaddr *>(&target), sizeof target));
}

} // namespace netswap
