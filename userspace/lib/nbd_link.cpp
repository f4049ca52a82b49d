// SPDX-License-Identifier: GPL-2.0
#include "lib/nbd_link.h"

#include <cerrno>

#include <sys/socket.h>

namespace netswap {

namespace {

constexpr std::size_t most_waiting = 4 << 20; ///< of bytes on their way, each direction
constexpr std::size_t read_bytes = 256 << 10;
constexpr double close_limit_s = 10; ///< for the server to end what it has begun

/// The bytes that could be read; `ended` if there will be no more.
std::string read_some(int fd, bool &ended) {
    std::string bytes(read_bytes, '\0');
    const auto got = ::recv(fd, bytes.data(), bytes.size(), MSG_DONTWAIT);
    if (got == 0 || (got < 0 && errno != EAGAIN && errno != EINTR))
        ended = true;
    bytes.resize(got > 0 ? static_cast<std::size_t>(got) : 0);
    return bytes;
}

/// Sends the first `size` bytes; `ended` if the other side has gone.
void write_some(int fd, std::string &bytes, std::size_t size, bool &ended) {
    const auto sent = ::send(fd, bytes.data(), size, MSG_DONTWAIT | MSG_NOSIGNAL);
    if (sent > 0)
        bytes.erase(0, static_cast<std::size_t>(sent));
    else if (sent < 0 && errno != EAGAIN && errno != EINTR)
        ended = true;
}

} // namespace

void NbdLink::waits(pollfd (&waits)[2]) const {
    waits[0] = {client_.get(), 0, 0};
    waits[1] = {server_.get(), 0, 0};
    if (!client_ended_ && !cut_ && to_server_.size() < most_waiting)
        waits[0].events |= POLLIN;
    if (!to_client_.empty() && !client_ended_)
        waits[0].events |= POLLOUT;
    if (!server_ended_ && (cut_ || client_ended_ || to_client_.size() < most_waiting))
        waits[1].events |= POLLIN;
    if (!to_server_.empty())
        waits[1].events |= POLLOUT;
    // Without events poll() would still tell of an end that is known, again and again.
    for (auto &wait : waits)
        if (wait.events == 0)
            wait.fd = -1;
}

void NbdLink::read_client() {
    if (client_ended_ || cut_ || to_server_.size() >= most_waiting)
        return;
    const auto bytes = read_some(client_.get(), client_ended_);
    stream_.client_says(bytes);
    to_server_ += bytes;
}

void NbdLink::read_server() {
    const bool wanted = !cut_ && !client_ended_;
    if (!server_ended_ && (!wanted || to_client_.size() < most_waiting)) {
        const auto bytes = read_some(server_.get(), server_ended_);
        if (wanted)
            stream_.server_says(bytes);
    }
    while (wanted && !cut_ && !tamper_.holds()) {
        auto unit = stream_.next();
        if (!unit)
            break;
        auto outcome = tamper_.treat(std::move(*unit));
        to_client_ += outcome.bytes;
        cut_ = outcome.end_connection;
    }
}

void NbdLink::write_client() {
    if (to_client_.empty() || client_ended_)
        return;
    write_some(client_.get(), to_client_, tamper_.piece(to_client_.size()), client_ended_);
}

void NbdLink::write_server() {
    if (to_server_.empty() || server_ended_)
        return;
    write_some(server_.get(), to_server_, tamper_.piece(to_server_.size()), server_ended_);
}

/// The client gets what it was sent before it sees the end, and the server what it was sent.
void NbdLink::end(double now) {
    if (!server_told_ && (to_server_.empty() || cut_)) {
        ::shutdown(server_.get(), SHUT_WR);
        server_told_ = true;
        to_server_.clear();
    }
    if (give_up_at_ == 0)
        give_up_at_ = now + close_limit_s;
}

bool NbdLink::go_on(double now) {
    read_client();
    write_server();
    read_server();
    write_client();
    if (client_ended_ || cut_)
        end(now);
    if (give_up_at_ > 0 && now >= give_up_at_)
        return false;
    const bool all_said = client_ended_ || (to_client_.empty() && (cut_ || !tamper_.holds()));
    return !(server_ended_ && all_said);
}

} // namespace netswap
