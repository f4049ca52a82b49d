// SPDX-License-Identifier: GPL-2.0
#include "keeper/handshake.h"

#include <cstring>

#include <sys/socket.h>
#include <sys/types.h>

#include "keeper/timed_io.h"
#include "lib/fd.h"
#include "target.h"
#include "targets.h"

namespace netswap::fuzz {

namespace {

constexpr std::size_t most_bytes = 16384; // fits into the socket, so that nobody waits

} // namespace

/// The server sends these bytes and hangs up.
void handshake(std::string_view input) {
    int ends[2];
    if (::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) != 0)
        return;
    const Fd client(ends[0]);
    Fd server(ends[1]);
    input = input.substr(0, most_bytes);
    require(::send(server.get(), input.data(), input.size(), MSG_NOSIGNAL) ==
                static_cast<ssize_t>(input.size()),
            "the socket has no room");
    ::shutdown(server.get(), SHUT_WR);
    const auto result =
        keeper::handshake(client.get(), "swap", keeper::now_ns() + 10 * keeper::ns_per_s);
    require(result.error != keeper::HandshakeError::timed_out, "it waited for who had hung up");
    require(std::memchr(result.said.data(), '\0', result.said.size()) != nullptr,
            "words without an end");
    for (const char *c = result.said.data(); *c != '\0'; ++c)
        require(*c >= ' ' && *c <= '~', "words that are no text");
    require(*keeper::describe(result.error) != '\0', "an end without a word");
}

} // namespace netswap::fuzz
