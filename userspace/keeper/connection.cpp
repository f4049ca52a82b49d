// SPDX-License-Identifier: GPL-2.0
#include "keeper/connection.h"

#include <algorithm>
#include <cerrno>
#include <cstring>

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/un.h>

namespace netswap::keeper {

bool make_address(int family, const char *text, int port, ServerSocketAddress &out) {
    out = {};
    out.address.ss_family = static_cast<sa_family_t>(family);
    if (family == AF_INET) {
        auto *in = reinterpret_cast<sockaddr_in *>(&out.address);
        in->sin_port = htons(static_cast<std::uint16_t>(port));
        out.length = sizeof *in;
        return ::inet_pton(AF_INET, text, &in->sin_addr) == 1;
    }
    if (family == AF_INET6) {
        auto *in = reinterpret_cast<sockaddr_in6 *>(&out.address);
        in->sin6_port = htons(static_cast<std::uint16_t>(port));
        out.length = sizeof *in;
        return ::inet_pton(AF_INET6, text, &in->sin6_addr) == 1;
    }
    auto *un = reinterpret_cast<sockaddr_un *>(&out.address);
    const auto length = std::strlen(text);
    if (family != AF_UNIX || length == 0 || length >= sizeof un->sun_path)
        return false;
    std::memcpy(un->sun_path, text, length + 1);
    out.length = sizeof *un;
    return true;
}

unsigned int user_timeout_ms(std::uint64_t request_timeout_s) {
    constexpr std::uint64_t without_ms = 30'000, least_ms = 2'000, most_ms = 3'600'000;
    if (request_timeout_s == 0)
        return without_ms;
    return static_cast<unsigned int>(
        std::clamp(std::min(request_timeout_s, most_ms) * 800, least_ms, most_ms));
}

Fd open_socket(int family, std::uint64_t request_timeout_s) {
    Fd fd(::socket(family, SOCK_STREAM | SOCK_CLOEXEC, 0));
    if (!fd.valid() || family == AF_UNIX)
        return fd;
    const auto set = [&](int level, int option, int value) {
        ::setsockopt(fd.get(), level, option, &value, sizeof value);
    };
    set(IPPROTO_TCP, TCP_NODELAY, 1);
    set(SOL_SOCKET, SO_KEEPALIVE, 1);
    set(IPPROTO_TCP, TCP_KEEPIDLE, 10);
    set(IPPROTO_TCP, TCP_KEEPINTVL, 5);
    set(IPPROTO_TCP, TCP_KEEPCNT, 3);
    set(IPPROTO_TCP, TCP_USER_TIMEOUT, static_cast<int>(user_timeout_ms(request_timeout_s)));
    return fd;
}

Io connect_socket(int fd, const ServerSocketAddress &server, std::uint64_t deadline_ns) {
    const int flags = ::fcntl(fd, F_GETFL);
    if (flags < 0 || ::fcntl(fd, F_SETFL, flags | O_NONBLOCK) != 0)
        return Io::failed;
    auto io = Io::done;
    if (::connect(fd, reinterpret_cast<const sockaddr *>(&server.address), server.length) != 0) {
        io = Io::failed;
        // EAGAIN: the queue of a UNIX server is full; the next attempt may find room.
        if (errno == EINPROGRESS || errno == EINTR)
            io = wait_ready(fd, POLLOUT, deadline_ns);
        if (io == Io::done) {
            int error = 0;
            socklen_t size = sizeof error;
            ::getsockopt(fd, SOL_SOCKET, SO_ERROR, &error, &size);
            if (error != 0) {
                errno = error;
                io = Io::failed;
            }
        }
    }
    const int reason = errno;
    ::fcntl(fd, F_SETFL, flags);
    errno = reason;
    return io;
}

std::uint16_t local_port(int fd) {
    sockaddr_storage name{};
    socklen_t size = sizeof name;
    if (::getsockname(fd, reinterpret_cast<sockaddr *>(&name), &size) != 0)
        return 0;
    if (name.ss_family == AF_INET)
        return ntohs(reinterpret_cast<const sockaddr_in *>(&name)->sin_port);
    if (name.ss_family == AF_INET6)
        return ntohs(reinterpret_cast<const sockaddr_in6 *>(&name)->sin6_port);
    return 0;
}

} // namespace netswap::keeper
