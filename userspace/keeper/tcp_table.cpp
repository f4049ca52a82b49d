// SPDX-License-Identifier: GPL-2.0
#include "keeper/tcp_table.h"

#include <algorithm>
#include <charconv>
#include <cstdio>
#include <cstring>

#include <fcntl.h>
#include <netinet/in.h>

namespace netswap::keeper {

namespace {

constexpr std::size_t most_servers = 8;

/// The next word of `line`, taken off its front.
std::string_view take_word(std::string_view &line) {
    const auto begin = line.find_first_not_of(' ');
    if (begin == std::string_view::npos) {
        line = {};
        return {};
    }
    line.remove_prefix(begin);
    const auto word = line.substr(0, line.find(' '));
    line.remove_prefix(word.size());
    return word;
}

bool parse_hex(std::string_view text, unsigned int &value) {
    const auto *end = text.data() + text.size();
    const auto result = std::from_chars(text.data(), end, value, 16);
    return result.ec == std::errc{} && result.ptr == end && !text.empty();
}

Fd open_table(const char *root, const char *name) {
    std::array<char, 256> path;
    const int size = std::snprintf(path.data(), path.size(), "%s/proc/net/%s", root, name);
    if (size < 0 || static_cast<std::size_t>(size) >= path.size())
        return Fd();
    return Fd(::open(path.data(), O_RDONLY | O_CLOEXEC));
}

} // namespace

bool parse_tcp_line(std::string_view line, TcpLine &out) {
    const auto number = take_word(line);
    const auto local = take_word(line);
    out.remote = take_word(line);
    const auto state = take_word(line);
    const auto colon = local.rfind(':');
    unsigned int port = 0, code = 0;
    if (number.empty() || number.back() != ':' || colon == std::string_view::npos ||
        !parse_hex(local.substr(colon + 1), port) || port > 0xffff || !parse_hex(state, code) ||
        code > 0xff)
        return false;
    out.local_port = static_cast<std::uint16_t>(port);
    out.state = static_cast<TcpState>(code);
    return true;
}

bool TcpTable::open(const char *root) {
    tcp_ = open_table(root, "tcp");
    tcp6_ = open_table(root, "tcp6"); // missing without IPv6
    return tcp_.valid() || tcp6_.valid();
}

TcpTable::Remote TcpTable::remote_of(const ServerSocketAddress &server) {
    Remote remote;
    const auto put = [&](const char *format, unsigned int value) {
        remote.size += static_cast<std::size_t>(std::snprintf(
            remote.text.data() + remote.size, remote.text.size() - remote.size, format, value));
    };
    // Each 32 bits of the address as a number of this machine, though it is in network order.
    const auto put_words = [&](const void *address, std::size_t words) {
        for (std::size_t i = 0; i < words; ++i) {
            std::uint32_t word = 0;
            std::memcpy(&word, static_cast<const unsigned char *>(address) + 4 * i, sizeof word);
            put("%08X", word);
        }
    };
    std::uint16_t port = 0;
    if (server.family() == AF_INET) {
        const auto *in = reinterpret_cast<const sockaddr_in *>(&server.address);
        put_words(&in->sin_addr, 1);
        port = in->sin_port;
    } else if (server.family() == AF_INET6) {
        const auto *in = reinterpret_cast<const sockaddr_in6 *>(&server.address);
        put_words(&in->sin6_addr, 4);
        port = in->sin6_port;
    }
    put(":%04X", ntohs(port));
    return remote;
}

bool TcpTable::scan(int fd, std::span<const Remote> remotes, std::span<const std::uint16_t> ports,
                    std::span<TcpState> states) {
    if (::lseek(fd, 0, SEEK_SET) != 0)
        return false;
    std::array<char, 4096> buffer;
    std::size_t have = 0;
    for (;;) {
        const auto got = ::read(fd, buffer.data() + have, buffer.size() - have);
        if (got < 0)
            return false;
        if (got == 0)
            return true;
        have += static_cast<std::size_t>(got);
        std::string_view rest(buffer.data(), have);
        for (auto end = rest.find('\n'); end != std::string_view::npos; end = rest.find('\n')) {
            TcpLine line;
            if (parse_tcp_line(rest.substr(0, end), line) &&
                std::any_of(remotes.begin(), remotes.end(), [&](const Remote &remote) {
                    return line.remote == std::string_view(remote.text.data(), remote.size);
                }))
                for (std::size_t i = 0; i < ports.size(); ++i)
                    if (ports[i] == line.local_port)
                        states[i] = line.state;
            rest.remove_prefix(end + 1);
        }
        if (rest.size() == buffer.size())
            return false; // no line is that long
        have = rest.size();
        std::memmove(buffer.data(), rest.data(), have);
    }
}

bool TcpTable::look(std::span<const ServerSocketAddress> servers,
                    std::span<const std::uint16_t> ports, std::span<TcpState> states) {
    std::array<Remote, most_servers> remotes;
    const auto count = std::min(servers.size(), remotes.size());
    for (std::size_t i = 0; i < count; ++i)
        remotes[i] = remote_of(servers[i]);
    std::fill(states.begin(), states.end(), TcpState::gone);
    for (const int fd : {tcp_.get(), tcp6_.get()})
        if (fd >= 0 && !scan(fd, {remotes.data(), count}, ports, states))
            return false;
    return true;
}

} // namespace netswap::keeper
