// SPDX-License-Identifier: GPL-2.0
#include "tcp_pair.h"

#include <arpa/inet.h>
#include <catch2/catch.hpp>
#include <linux/sockios.h>
#include <netinet/in.h>
#include <sys/ioctl.h>
#include <sys/socket.h>

namespace netswap::guest {

Fd tcp_socket() {
    return Fd(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
}

TcpPair connect_pair(const std::string &address, int send_buffer, int receive_buffer,
                     const std::function<Fd()> &open_sender) {
    const Fd listener(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
    if (receive_buffer > 0)
        ::setsockopt(listener.get(), SOL_SOCKET, SO_RCVBUF, &receive_buffer, sizeof receive_buffer);
    sockaddr_in where{};
    where.sin_family = AF_INET;
    REQUIRE(::inet_pton(AF_INET, address.c_str(), &where.sin_addr) == 1);
    socklen_t size = sizeof where;
    REQUIRE(::bind(listener.get(), reinterpret_cast<sockaddr *>(&where), size) == 0);
    REQUIRE(::listen(listener.get(), 1) == 0);
    ::getsockname(listener.get(), reinterpret_cast<sockaddr *>(&where), &size);
    TcpPair pair;
    pair.sender = open_sender();
    ::setsockopt(pair.sender.get(), SOL_SOCKET, SO_SNDBUFFORCE, &send_buffer, sizeof send_buffer);
    (void)::connect(pair.sender.get(), reinterpret_cast<sockaddr *>(&where), size);
    pair.receiver = Fd(::accept(listener.get(), nullptr, nullptr));
    REQUIRE(pair.receiver.get() >= 0);
    return pair;
}

int unacknowledged(const Fd &socket) {
    int bytes = -1;
    REQUIRE(::ioctl(socket.get(), SIOCOUTQ, &bytes) == 0);
    return bytes;
}

} // namespace netswap::guest
