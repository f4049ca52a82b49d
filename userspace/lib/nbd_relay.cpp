// SPDX-License-Identifier: GPL-2.0
#include "lib/nbd_relay.h"

#include <cerrno>
#include <optional>
#include <utility>
#include <vector>

#include <arpa/inet.h>
#include <fmt/format.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

namespace netswap {

namespace {

constexpr int look_ms = 20; ///< how soon a new fault is seen while nothing moves
constexpr int backlog = 64;

sockaddr_in address_of(const std::string &address, int port) {
    sockaddr_in where{};
    where.sin_family = AF_INET;
    where.sin_port = htons(static_cast<std::uint16_t>(port));
    ::inet_pton(AF_INET, address.c_str(), &where.sin_addr);
    return where;
}

Fd tcp_socket(int flags) {
    Fd socket(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | flags, 0));
    const int on = 1;
    ::setsockopt(socket.get(), SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    ::setsockopt(socket.get(), IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    return socket;
}

} // namespace

Result<std::unique_ptr<NbdRelay>> NbdRelay::start(Options options, const Clock &clock) {
    auto listener = tcp_socket(SOCK_NONBLOCK);
    auto where = address_of(options.address, options.port);
    socklen_t size = sizeof where;
    if (!listener.valid() ||
        ::bind(listener.get(), reinterpret_cast<const sockaddr *>(&where), sizeof where) != 0 ||
        ::listen(listener.get(), backlog) != 0 ||
        ::getsockname(listener.get(), reinterpret_cast<sockaddr *>(&where), &size) != 0)
        return tl::unexpected(
            errno_error(fmt::format("relay on {}:{}", options.address, options.port), errno));
    return std::unique_ptr<NbdRelay>(
        new NbdRelay(std::move(options), std::move(listener), ntohs(where.sin_port), clock));
}

NbdRelay::NbdRelay(Options options, Fd listener, int port, const Clock &clock)
    : options_(std::move(options)), listener_(std::move(listener)), port_(port), clock_(clock),
      tamper_(options_.seed), thread_([this] { relay(); }) {}

NbdRelay::~NbdRelay() {
    stopping_ = true;
    thread_.join();
}

void NbdRelay::accept() {
    while (true) {
        Fd client(::accept4(listener_.get(), nullptr, nullptr, SOCK_CLOEXEC | SOCK_NONBLOCK));
        if (!client.valid())
            return;
        const int on = 1;
        ::setsockopt(client.get(), IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
        // On this host's loopback, so it is taken or refused at once.
        auto server = tcp_socket(0);
        const auto where = address_of(options_.server_address, options_.server_port);
        if (::connect(server.get(), reinterpret_cast<const sockaddr *>(&where), sizeof where) == 0)
            links_.emplace_back(std::move(client), std::move(server), tamper_);
    }
}

void NbdRelay::relay() {
    std::vector<pollfd> waits;
    while (!stopping_.load()) {
        waits.assign(1, {listener_.get(), POLLIN, 0});
        for (const auto &link : links_) {
            pollfd both[2];
            link.waits(both);
            waits.insert(waits.end(), both, both + 2);
        }
        ::poll(waits.data(), waits.size(), look_ms);
        if (waits.front().revents != 0)
            accept();
        const double now = clock_.now();
        links_.remove_if([&](NbdLink &link) { return !link.go_on(now); });
    }
}

} // namespace netswap
