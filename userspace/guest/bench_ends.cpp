// SPDX-License-Identifier: GPL-2.0
#include "guest/bench_ends.h"

#include <netinet/in.h>
#include <sys/socket.h>

namespace netswap::guest {
namespace {

Result<Fd> bound_socket(int type) {
    Fd fd(::socket(AF_INET, type | SOCK_CLOEXEC, 0));
    sockaddr_in here{};
    here.sin_family = AF_INET;
    here.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    if (!fd.valid() || ::bind(fd.get(), reinterpret_cast<sockaddr *>(&here), sizeof here) != 0)
        return os_error("binding a socket to lo");
    return fd;
}

Result<void> connect_to(const Fd &from, const Fd &to) {
    sockaddr_in name{};
    socklen_t size = sizeof name;
    if (::getsockname(to.get(), reinterpret_cast<sockaddr *>(&name), &size) != 0 ||
        ::connect(from.get(), reinterpret_cast<sockaddr *>(&name), size) != 0)
        return os_error("connecting over lo");
    return {};
}

} // namespace

Result<SharedEnds> tcp_ends() {
    const auto listener = bound_socket(SOCK_STREAM);
    if (!listener || ::listen(listener->get(), 1) != 0)
        return os_error("listening on lo");
    auto ends = std::make_shared<Ends>();
    ends->first = Fd(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
    if (auto done = connect_to(ends->first, *listener); !done)
        return tl::unexpected(done.error());
    ends->second = Fd(::accept4(listener->get(), nullptr, nullptr, SOCK_CLOEXEC));
    if (!ends->second.valid())
        return os_error("accepting over lo");
    return ends;
}

Result<SharedEnds> udp_ends() {
    auto first = bound_socket(SOCK_DGRAM), second = bound_socket(SOCK_DGRAM);
    if (!first || !second)
        return tl::unexpected((first ? second : first).error());
    for (const auto &[from, to] : {std::pair(&*first, &*second), std::pair(&*second, &*first)})
        if (auto done = connect_to(*from, *to); !done)
            return tl::unexpected(done.error());
    return std::make_shared<Ends>(Ends{std::move(*first), std::move(*second)});
}

} // namespace netswap::guest
