// SPDX-License-Identifier: GPL-2.0
#include "live/nbd_uri.h"

#include <charconv>
#include <memory>

#include <fmt/format.h>
#include <netdb.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/un.h>

#include "keeper/handshake.h"
#include "lib/text.h"

namespace netswap::live {

namespace {

constexpr std::string_view shapes =
    "it looks like nbd://HOST[:PORT]/EXPORT or nbd+unix:///EXPORT?socket=PATH";

tl::unexpected<Error> bad(std::string_view uri, std::string_view why) {
    return fail(fmt::format("'{}': {}; {}", uri, why, shapes), exit_bad_input);
}

/// Without %XX escapes; nothing if one is damaged or stands for a NUL.
std::optional<std::string> unescape(std::string_view text) {
    std::string out;
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (text[i] != '%') {
            out += text[i];
            continue;
        }
        unsigned int value = 0; // a sign is no digit
        const auto *begin = text.data() + i + 1;
        if (i + 2 >= text.size() || std::from_chars(begin, begin + 2, value, 16).ptr != begin + 2 ||
            value == 0)
            return std::nullopt;
        out += static_cast<char>(value);
        i += 2;
    }
    return out;
}

/// HOST, HOST:PORT, [IPV6] or [IPV6]:PORT; false if it is none of these.
bool take_authority(std::string_view text, NbdUri &uri) {
    std::string_view port;
    if (text.starts_with('[')) {
        const auto end = text.find(']');
        if (end == std::string_view::npos)
            return false;
        uri.host = text.substr(1, end - 1);
        text.remove_prefix(end + 1);
        if (!text.empty() && text.front() != ':')
            return false;
        port = text;
    } else {
        const auto colon = text.find(':');
        uri.host = text.substr(0, colon);
        port = colon == std::string_view::npos ? "" : text.substr(colon);
    }
    if (uri.host.empty())
        return false;
    if (port.empty())
        return true;
    const auto number = parse_number(port.substr(1));
    if (!number || *number < 1 || *number > 65535)
        return false;
    uri.port = static_cast<int>(*number);
    return true;
}

} // namespace

Result<NbdUri> parse_nbd_uri(std::string_view text) {
    constexpr std::string_view tcp = "nbd://", local = "nbd+unix://";
    if (text.find('\0') != std::string_view::npos)
        return bad(text, "there is a zero in it");
    if (!is_utf8(text))
        return bad(text, "it is not UTF-8");
    if (text.starts_with("nbds://") || text.starts_with("nbds+unix://"))
        return fail(
            fmt::format("'{}': TLS needs a process between the kernel and the server, which "
                        "may need the very memory that swap is to bring; encrypt the link "
                        "(WireGuard) instead",
                        text),
            exit_bad_input);
    const bool is_unix = text.starts_with(local);
    if (!is_unix && !text.starts_with(tcp))
        return bad(text, "not an NBD URI");
    auto rest = text.substr(is_unix ? local.size() : tcp.size());
    const auto question = rest.find('?');
    const auto query = question == std::string_view::npos ? "" : rest.substr(question + 1);
    rest = rest.substr(0, question);
    const auto slash = rest.find('/');
    const auto authority = rest.substr(0, slash);
    NbdUri uri;
    const auto name =
        unescape(slash == std::string_view::npos ? std::string_view() : rest.substr(slash + 1));
    if (!name)
        return bad(text, "a damaged %XX in the export's name");
    if (!is_utf8(*name))
        return bad(text, "the export's name is not UTF-8");
    uri.export_name = *name;
    if (uri.export_name.size() > keeper::max_export_name)
        return bad(text, "the export's name is longer than 255 bytes");
    if (!is_unix) {
        if (!query.empty())
            return bad(text, fmt::format("unknown part '?{}'", query));
        return take_authority(authority, uri) ? Result<NbdUri>(uri)
                                              : bad(text, "host or port cannot be read");
    }
    constexpr std::string_view key = "socket=";
    const auto path = query.starts_with(key) ? unescape(query.substr(key.size())) : std::nullopt;
    if (!authority.empty() || !path || !path->starts_with('/'))
        return bad(text, "no absolute path of a socket");
    if (!is_utf8(*path))
        return bad(text, "the socket's path is not UTF-8");
    if (path->size() >= sizeof(sockaddr_un::sun_path))
        return bad(text, "the socket's path is too long");
    uri.socket = *path;
    uri.port = 0;
    return uri;
}

namespace {

/// An address that means nothing without the name of an interface.
bool has_scope(const addrinfo &at) {
    return at.ai_family == AF_INET6 &&
           reinterpret_cast<const sockaddr_in6 *>(at.ai_addr)->sin6_scope_id != 0;
}

} // namespace

Result<std::vector<ServerAddress>> resolve_server(const NbdUri &uri) {
    if (uri.is_unix())
        return std::vector<ServerAddress>{{AF_UNIX, uri.socket, 0}};
    addrinfo hints{};
    hints.ai_socktype = SOCK_STREAM;
    addrinfo *list = nullptr;
    const int error = ::getaddrinfo(uri.host.c_str(), nullptr, &hints, &list);
    if (error != 0)
        return fail(fmt::format("server '{}': {}", uri.host, ::gai_strerror(error)));
    const std::unique_ptr<addrinfo, void (*)(addrinfo *)> owner(list, ::freeaddrinfo);
    std::vector<ServerAddress> addresses;
    for (const auto *at = list; at != nullptr; at = at->ai_next) {
        char numeric[NI_MAXHOST];
        if ((at->ai_family == AF_INET || at->ai_family == AF_INET6) && !has_scope(*at) &&
            ::getnameinfo(at->ai_addr, at->ai_addrlen, numeric, sizeof numeric, nullptr, 0,
                          NI_NUMERICHOST) == 0)
            addresses.push_back({at->ai_family, numeric, uri.port});
    }
    if (addresses.empty())
        return fail(
            fmt::format("server '{}' has no address (link-local ones do not count)", uri.host));
    return addresses;
}

} // namespace netswap::live
