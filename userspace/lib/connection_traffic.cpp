// SPDX-License-Identifier: GPL-2.0
#include "lib/connection_traffic.h"

#include <cerrno>
#include <string_view>

#include <sys/socket.h>

#include "lib/datagram_traffic.h"

namespace netswap {

namespace {

constexpr std::string_view greeting = "a connection of no account\n";

} // namespace

Status ConnectionTraffic::open() {
    const auto target = ipv4_target(plan_.address, plan_.port);
    if (!target)
        return tl::unexpected(target.error());
    target_ = *target;
    return {};
}

void ConnectionTraffic::close_oldest() {
    // By now it is connected, or the guest does not answer.
    const auto sent =
        ::send(open_.front().get(), greeting.data(), greeting.size(), MSG_DONTWAIT | MSG_NOSIGNAL);
    if (sent > 0) {
        count_.packets++;
        count_.bytes += static_cast<std::uint64_t>(sent);
    } else {
        count_.refused++;
    }
    open_.pop_front();
}

void ConnectionTraffic::step() {
    Fd socket(::socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
    if (::connect(socket.get(), reinterpret_cast<const sockaddr *>(&target_), sizeof target_) !=
            0 &&
        errno != EINPROGRESS) {
        count_.refused++;
        return;
    }
    count_.connections++;
    open_.push_back(std::move(socket));
    if (open_.size() > plan_.open_at_a_time)
        close_oldest();
}

} // namespace netswap
