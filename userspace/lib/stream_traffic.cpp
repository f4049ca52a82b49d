// SPDX-License-Identifier: GPL-2.0
#include "lib/stream_traffic.h"

#include <cerrno>

#include <sys/socket.h>

#include "lib/datagram_traffic.h"

namespace netswap {

namespace {

constexpr std::size_t piece_bytes = 16 << 10;

} // namespace

Status StreamTraffic::open() {
    const auto target = ipv4_target(plan_.address, plan_.port);
    if (!target)
        return tl::unexpected(target.error());
    target_ = *target;
    payload_.assign(piece_bytes, 'x');
    streams_.resize(static_cast<std::size_t>(plan_.streams));
    for (auto &stream : streams_)
        connect(stream);
    return {};
}

void StreamTraffic::connect(Stream &stream) {
    if (stream.socket.valid()) {
        // What is still in its way would go on for minutes: a reset instead.
        const linger at_once{1, 0};
        ::setsockopt(stream.socket.get(), SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
    }
    stream.socket = Fd(::socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
    stream.moved = clock_.now();
    if (::connect(stream.socket.get(), reinterpret_cast<const sockaddr *>(&target_),
                  sizeof target_) != 0 &&
        errno != EINPROGRESS)
        count_.refused++;
    else
        count_.connections++;
}

void StreamTraffic::step() {
    auto &stream = streams_[next_];
    next_ = (next_ + 1) % streams_.size();
    const auto sent =
        ::send(stream.socket.get(), payload_.data(), payload_.size(), MSG_DONTWAIT | MSG_NOSIGNAL);
    if (sent > 0) {
        stream.moved = clock_.now();
        count_.packets++;
        count_.bytes += static_cast<std::uint64_t>(sent);
    } else if (clock_.now() - stream.moved >= plan_.stuck_s) {
        connect(stream);
    }
}

} // namespace netswap
