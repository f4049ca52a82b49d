// SPDX-License-Identifier: GPL-2.0
#pragma once

#include <atomic>
#include <cstdint>
#include <random>
#include <string>

#include "lib/nbd_stream.h"

namespace netswap {

/// What is done to the replies of an NBD server.
enum class ReplyFault {
    none,
    drop,        ///< they vanish
    corrupt,     ///< the magic, or the upper half of the cookie, has a wrong bit
    cut,         ///< the connection ends in the middle of one
    stall,       ///< nothing comes any more
    pieces,      ///< requests and replies go in small pieces
    write_error, ///< a write that was done is answered with EIO
};

/// Decides what becomes of each part of what a server says. begin(), end() and hits() may be called
/// by another thread than the rest.
class ReplyTamper {
  public:
    explicit ReplyTamper(std::uint64_t seed) : random_(seed) {}

    void begin(ReplyFault fault);
    /// Replies are left alone again, but for the next one if none was touched so far.
    void end();
    /// Replies, or pieces of something, touched since begin().
    [[nodiscard]] std::uint64_t hits() const { return hits_.load(); }

    struct Outcome {
        std::string bytes;           ///< what goes on to the client
        bool end_connection = false; ///< after these
    };
    Outcome treat(NbdUnit unit);
    /// Whether the server's words are to wait.
    [[nodiscard]] bool holds() const { return fault_.load() == ReplyFault::stall; }
    /// How many of `bytes` go in one piece.
    std::size_t piece(std::size_t bytes);

  private:
    /// The fault in force for this unit; it counts.
    ReplyFault hit(const NbdUnit &unit);

    std::atomic<ReplyFault> fault_{ReplyFault::none};
    std::atomic<bool> ending_{false};
    std::atomic<std::uint64_t> hits_{0};
    std::mt19937_64 random_;
};

} // namespace netswap
