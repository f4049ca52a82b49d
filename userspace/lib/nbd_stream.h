// SPDX-License-Identifier: GPL-2.0
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>

namespace netswap {

/// A part of what a server says that must not be torn apart.
struct NbdUnit {
    enum class Kind {
        other, ///< of the handshake, or of a connection that is not understood
        reply, ///< a simple reply with its data
    };
    Kind kind = Kind::other;
    bool to_write = false; ///< a reply to a write
    std::string bytes;

    static constexpr std::size_t magic_at = 0; ///< where a reply has its parts
    static constexpr std::size_t error_at = 4;
    static constexpr std::size_t cookie_at = 8;
    static constexpr std::size_t header_bytes = 16;
};

/// Follows an NBD connection: the newstyle handshake, requests, simple replies. It must be shown
/// what the client says before the server answers it. Anything it does not understand, structured
/// replies among them, makes it a plain pipe from there on.
class NbdStream {
  public:
    void client_says(std::string_view bytes);
    void server_says(std::string_view bytes) { from_server_ += bytes; }
    /// The next whole part of what the server said.
    std::optional<NbdUnit> next();

    [[nodiscard]] bool understood() const { return state_ != State::pipe; }
    /// Of the server's words, what next() has not yet returned.
    [[nodiscard]] std::size_t pending() const { return from_server_.size(); }

  private:
    enum class State { greeting, options, transmission, pipe };
    struct Request {
        std::uint16_t command = 0;
        std::uint32_t length = 0;
    };

    std::optional<NbdUnit> option_reply();
    std::optional<NbdUnit> reply();
    std::optional<NbdUnit> take(std::size_t bytes);
    bool follow_option();
    bool follow_request();
    void give_up();

    State state_ = State::greeting;
    bool flags_seen_ = false;
    bool no_zeroes_ = false;
    bool export_name_ = false; ///< the client asked in the old way, which ends the options
    std::string from_client_;
    std::uint64_t skip_ = 0; ///< bytes of the client's data still to come
    std::string from_server_;
    std::map<std::uint64_t, Request> requests_; ///< by cookie
};

} // namespace netswap
