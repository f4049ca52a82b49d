// SPDX-License-Identifier: GPL-2.0
#include "live/lean_negotiator.h"

#include <cerrno>

#include <fmt/format.h>
#include <sys/socket.h>

#include "keeper/connection.h"

namespace netswap::live {

namespace {

constexpr double limit_s = 10;

std::uint64_t after(double seconds) {
    return keeper::now_ns() + static_cast<std::uint64_t>(seconds * keeper::ns_per_s);
}

} // namespace

std::string server_text(const ServerAddress &server) {
    if (server.family == AF_UNIX)
        return server.address;
    const bool six = server.family == AF_INET6;
    return fmt::format("{}{}{}:{}", six ? "[" : "", server.address, six ? "]" : "", server.port);
}

Result<Fd> connect_to_server(const ServerAddress &server, std::uint64_t request_timeout_s,
                             double limit) {
    keeper::ServerSocketAddress address;
    if (!keeper::make_address(server.family, server.address.c_str(), server.port, address))
        return fail(fmt::format("'{}' is no address", server.address), exit_bad_input);
    auto fd = keeper::open_socket(server.family, request_timeout_s);
    if (!fd.valid())
        return tl::unexpected(errno_error("socket", errno));
    const auto io = keeper::connect_socket(fd.get(), address, after(limit));
    if (io == keeper::Io::done)
        return fd;
    if (io == keeper::Io::timed_out)
        return fail(fmt::format("{}: no answer within {} s", server_text(server), limit));
    return tl::unexpected(errno_error(server_text(server), errno));
}

Result<NegotiatedSocket> LeanNegotiator::connect(const ServerAddress &server,
                                                 const std::string &export_name,
                                                 std::uint64_t request_timeout_s) {
    auto fd = connect_to_server(server, request_timeout_s, limit_s);
    if (!fd)
        return tl::unexpected(fd.error());
    const auto result = keeper::handshake(fd->get(), export_name, after(limit_s));
    if (result.error != keeper::HandshakeError::none) {
        const std::string said(result.said.data());
        return fail(fmt::format("{}, export '{}': {}{}", server_text(server), export_name,
                                describe(result.error), said.empty() ? "" : " (" + said + ")"));
    }
    NegotiatedSocket socket;
    socket.port = keeper::local_port(fd->get());
    socket.info = result.info;
    socket.fd = std::move(*fd);
    return socket;
}

} // namespace netswap::live
