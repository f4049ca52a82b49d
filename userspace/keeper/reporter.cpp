// SPDX-License-Identifier: GPL-2.0
#include "keeper/reporter.h"

#include <cstdio>
#include <cstdlib>
#include <cstring>

#include <fcntl.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

namespace netswap::keeper {

namespace {

constexpr const char *journal_path = "/run/systemd/journal/socket";

Fd datagram_socket() {
    return Fd(::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
}

bool set_path(sockaddr_un &address, socklen_t &length, const char *path) {
    const auto size = std::strlen(path);
    if (size == 0 || size >= sizeof address.sun_path)
        return false;
    address.sun_family = AF_UNIX;
    std::memcpy(address.sun_path, path, size);
    if (path[0] == '@')
        address.sun_path[0] = '\0'; // the abstract namespace
    length = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + size);
    return true;
}

Fd open_journal() {
    auto fd = datagram_socket();
    sockaddr_un address{};
    socklen_t length = 0;
    set_path(address, length, journal_path);
    if (::connect(fd.get(), reinterpret_cast<const sockaddr *>(&address), length) != 0)
        fd.reset();
    return fd;
}

} // namespace

Reporter::Reporter(Target target, const char *area) : target_(target) {
    std::strncpy(area_.data(), area, area_.size() - 1);
    if (target_ == Target::journal)
        log_ = open_journal();
    else if (target_ == Target::kernel_log)
        log_ = Fd(::open("/dev/kmsg", O_WRONLY | O_CLOEXEC | O_NONBLOCK));
    if (!log_.valid())
        target_ = Target::standard_error;
    const char *path = ::secure_getenv("NOTIFY_SOCKET");
    if (path != nullptr && set_path(notify_address_, notify_length_, path))
        notify_ = datagram_socket();
}

void Reporter::to_journal(Level level, const char *text) {
    std::array<char, 512> entry;
    const int size =
        std::snprintf(entry.data(), entry.size(),
                      "MESSAGE=%s: %s\nPRIORITY=%d\nSYSLOG_IDENTIFIER=netswapd\n"
                      "SYSLOG_PID=%d\nNETSWAP_AREA=%s\n",
                      area_.data(), text, static_cast<int>(level), ::getpid(), area_.data());
    if (size > 0 && static_cast<std::size_t>(size) < entry.size())
        (void)::send(log_.get(), entry.data(), static_cast<std::size_t>(size), MSG_NOSIGNAL);
}

void Reporter::log(Level level, const char *text) {
    if (target_ == Target::journal)
        return to_journal(level, text);
    std::array<char, 320> line;
    const int size =
        target_ == Target::kernel_log
            ? std::snprintf(line.data(), line.size(), "<%d>netswapd: %s: %s\n",
                            static_cast<int>(level), area_.data(), text)
            : std::snprintf(line.data(), line.size(), "netswapd: %s: %s\n", area_.data(), text);
    if (size <= 0)
        return;
    // stderr is not ours to make non-blocking: others have it, too. A line fits into a pipe that
    // has room.
    pollfd room{STDERR_FILENO, POLLOUT, 0};
    if (!log_.valid() && (::poll(&room, 1, 0) <= 0 || (room.revents & POLLOUT) == 0))
        return;
    const int fd = log_.valid() ? log_.get() : STDERR_FILENO;
    (void)!::write(fd, line.data(), std::min(static_cast<std::size_t>(size), line.size() - 1));
}

void Reporter::notify(const char *text) {
    if (notify_.valid())
        (void)::sendto(notify_.get(), text, std::strlen(text), MSG_NOSIGNAL,
                       reinterpret_cast<const sockaddr *>(&notify_address_), notify_length_);
}

} // namespace netswap::keeper
