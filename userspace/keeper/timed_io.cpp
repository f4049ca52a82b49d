// SPDX-License-Identifier: GPL-2.0
#include "keeper/timed_io.h"

#include <cerrno>
#include <ctime>

#include <poll.h>
#include <sys/socket.h>

namespace netswap::keeper {

std::uint64_t now_ns() {
    timespec now{};
    ::clock_gettime(CLOCK_MONOTONIC, &now);
    return static_cast<std::uint64_t>(now.tv_sec) * ns_per_s +
           static_cast<std::uint64_t>(now.tv_nsec);
}

Io wait_ready(int fd, short events, std::uint64_t deadline_ns) {
    for (;;) {
        const auto now = now_ns();
        const auto left = deadline_ns > now ? deadline_ns - now : 0;
        pollfd wait{fd, events, 0};
        const int ready = ::poll(&wait, 1, static_cast<int>((left + ns_per_ms - 1) / ns_per_ms));
        if (ready > 0)
            return Io::done;
        if (ready == 0)
            return Io::timed_out;
        if (errno != EINTR)
            return Io::failed;
    }
}

Io read_fully(int fd, void *into, std::size_t bytes, std::uint64_t deadline_ns) {
    auto *at = static_cast<unsigned char *>(into);
    while (bytes > 0) {
        const auto got = ::recv(fd, at, bytes, MSG_DONTWAIT);
        if (got > 0) {
            at += got;
            bytes -= static_cast<std::size_t>(got);
        } else if (got == 0) {
            return Io::closed;
        } else if (errno == EAGAIN) {
            if (const auto ready = wait_ready(fd, POLLIN, deadline_ns); ready != Io::done)
                return ready;
        } else if (errno != EINTR) {
            return Io::failed;
        }
    }
    return Io::done;
}

Io write_fully(int fd, const void *from, std::size_t bytes, std::uint64_t deadline_ns) {
    const auto *at = static_cast<const unsigned char *>(from);
    while (bytes > 0) {
        const auto sent = ::send(fd, at, bytes, MSG_DONTWAIT | MSG_NOSIGNAL);
        if (sent > 0) {
            at += sent;
            bytes -= static_cast<std::size_t>(sent);
        } else if (errno == EAGAIN) {
            if (const auto ready = wait_ready(fd, POLLOUT, deadline_ns); ready != Io::done)
                return ready;
        } else if (errno == EPIPE || errno == ECONNRESET) {
            return Io::closed;
        } else if (errno != EINTR) {
            return Io::failed;
        }
    }
    return Io::done;
}

} // namespace netswap::keeper
