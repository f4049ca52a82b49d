// SPDX-License-Identifier: GPL-2.0
#include "keeper/handshake.h"

#include <cstring>

#include <sys/socket.h>
#include <sys/types.h>

#include "keeper/first_page.h"
#include "keeper/timed_io.h"
#include "lib/fd.h"
#include "live/swap_header.h"
#include "target.h"
#include "targets.h"

namespace netswap::fuzz {

namespace {

constexpr std::size_t most_bytes = 16384; // fits into the socket, so that nobody waits
constexpr std::uint64_t patience_ns = 10 * keeper::ns_per_s;

/// The client's end of a connection whose server sends these bytes and hangs up.
class Connection {
  public:
    explicit Connection(std::string_view said) {
        int ends[2];
        require(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) == 0, "no socket");
        client_ = Fd(ends[0]);
        server_ = Fd(ends[1]);
        said = said.substr(0, most_bytes);
        require(::send(server_.get(), said.data(), said.size(), MSG_NOSIGNAL) ==
                    static_cast<ssize_t>(said.size()),
                "the socket has no room");
        ::shutdown(server_.get(), SHUT_WR);
    }

    [[nodiscard]] int fd() const { return client_.get(); }

  private:
    Fd client_, server_;
};

/// A reply without an error to the one request there is, and a whole page.
bool answers_with_a_page(std::string_view said) {
    using namespace std::string_view_literals;
    constexpr auto head = "\x67\x44\x66\x98\0\0\0\0netswap0"sv;
    return said.starts_with(head) && said.size() >= head.size() + keeper::first_page_bytes;
}

} // namespace

void handshake(std::string_view input) {
    const Connection connection(input);
    const auto result = keeper::handshake(connection.fd(), "swap", keeper::now_ns() + patience_ns);
    require(result.error != keeper::HandshakeError::timed_out, "it waited for who had hung up");
    require(std::memchr(result.said.data(), '\0', result.said.size()) != nullptr,
            "words without an end");
    for (const char *c = result.said.data(); *c != '\0'; ++c)
        require(*c >= ' ' && *c <= '~', "words that are no text");
    require(*keeper::describe(result.error) != '\0', "an end without a word");
}

void first_page(std::string_view input) {
    const Connection connection(input);
    live::SwapPage page{};
    const auto io = keeper::read_first_page(connection.fd(), page, keeper::now_ns() + patience_ns);
    require(io != keeper::Io::timed_out, "it waited for who had hung up");
    require((io == keeper::Io::done) == answers_with_a_page(input), "a page from nowhere, or none");
    if (live::swap_uuid(page) != live::SwapUuid{})
        require(io == keeper::Io::done, "a UUID of no page");
}

} // namespace netswap::fuzz
