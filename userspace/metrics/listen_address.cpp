// SPDX-License-Identifier: GPL-2.0
#include "metrics/listen_address.h"

#include <cerrno>
#include <cstring>

#include <arpa/inet.h>
#include <fmt/format.h>
#include <netinet/in.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "lib/text.h"

namespace netswap::metrics {

namespace {

constexpr std::string_view unix_prefix = "unix:";
constexpr int backlog = 8;

Result<ListenAddress> parse_unix(std::string_view path, std::string_view text) {
    ListenAddress out;
    auto &address = reinterpret_cast<sockaddr_un &>(out.address);
    if (path.empty() || path.front() != '/')
        return fail(fmt::format("--listen {}: the path must begin with /", text), exit_bad_input);
    if (path.size() >= sizeof(address.sun_path))
        return fail(fmt::format("--listen {}: the path is longer than {} bytes", text,
                                sizeof(address.sun_path) - 1),
                    exit_bad_input);
    address.sun_family = AF_UNIX;
    std::memcpy(address.sun_path, path.data(), path.size());
    out.length = sizeof(address);
    out.path = path;
    return out;
}

sockaddr *any(const ListenAddress &address) {
    return const_cast<sockaddr *>(reinterpret_cast<const sockaddr *>(&address.address));
}

/// Takes away a socket that nobody listens on.
Status clear_path(const ListenAddress &address) {
    struct stat about {};
    if (::lstat(address.path.c_str(), &about) != 0)
        return {};
    if (!S_ISSOCK(about.st_mode))
        return fail(fmt::format("{} is there and is no socket; choose another path", address.path),
                    exit_bad_input);
    const Fd probe(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
    if (::connect(probe.get(), any(address), address.length) == 0)
        return fail(fmt::format("another program listens at {}; choose another path", address.text),
                    exit_host);
    if (errno == ECONNREFUSED)
        ::unlink(address.path.c_str());
    return {};
}

} // namespace

Result<ListenAddress> parse_listen_address(std::string_view text) {
    const auto named = [&](Result<ListenAddress> address) {
        if (address)
            address->text = text;
        return address;
    };
    if (text.starts_with(unix_prefix))
        return named(parse_unix(text.substr(unix_prefix.size()), text));

    const auto bad = [&](std::string_view why) {
        return fail(fmt::format("--listen {}: {} (write unix:/PATH, 127.0.0.1:PORT or [::1]:PORT)",
                                text, why),
                    exit_bad_input);
    };
    const auto colon = text.rfind(':');
    if (colon == std::string_view::npos)
        return bad("there is no port");
    const auto port = parse_number(text.substr(colon + 1));
    if (!port || *port < 1 || *port > 65535)
        return bad("the port must be from 1 to 65535");
    std::string host(text.substr(0, colon));
    if (host == "localhost")
        host = "127.0.0.1";

    ListenAddress out;
    auto &v4 = reinterpret_cast<sockaddr_in &>(out.address);
    auto &v6 = reinterpret_cast<sockaddr_in6 &>(out.address);
    if (host.size() > 2 && host.front() == '[' && host.back() == ']') {
        if (::inet_pton(AF_INET6, host.substr(1, host.size() - 2).c_str(), &v6.sin6_addr) != 1)
            return bad("that is no address");
        if (!IN6_IS_ADDR_LOOPBACK(&v6.sin6_addr))
            return bad("only this machine may ask, so the address must be a loopback one");
        v6.sin6_family = AF_INET6;
        v6.sin6_port = htons(static_cast<std::uint16_t>(*port));
        out.length = sizeof(v6);
        return named(out);
    }
    if (::inet_pton(AF_INET, host.c_str(), &v4.sin_addr) != 1)
        return bad("that is no address");
    if (ntohl(v4.sin_addr.s_addr) >> 24 != IN_LOOPBACKNET)
        return bad("only this machine may ask, so the address must be a loopback one");
    v4.sin_family = AF_INET;
    v4.sin_port = htons(static_cast<std::uint16_t>(*port));
    out.length = sizeof(v4);
    return named(out);
}

Result<Fd> listen_at(const ListenAddress &address) {
    if (!address.path.empty())
        if (auto ok = clear_path(address); !ok)
            return tl::unexpected(ok.error());
    const auto failed = [&] {
        return tl::unexpected(errno_error("listening at " + address.text, errno, exit_host));
    };
    Fd fd(::socket(address.address.ss_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
    if (!fd.valid())
        return failed();
    const int yes = 1;
    ::setsockopt(fd.get(), SOL_SOCKET, SO_REUSEADDR, &yes, sizeof(yes));
    const auto mask = ::umask(0117);
    const int bound = ::bind(fd.get(), any(address), address.length);
    const int error = errno;
    ::umask(mask);
    errno = error;
    if (bound != 0 || ::listen(fd.get(), backlog) != 0)
        return failed();
    return fd;
}

} // namespace netswap::metrics
