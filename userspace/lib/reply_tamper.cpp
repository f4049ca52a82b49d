// SPDX-License-Identifier: GPL-2.0
#include "lib/reply_tamper.h"

#include <algorithm>
#include <utility>

namespace netswap {

namespace {

constexpr std::size_t longest_piece = 600; ///< most pages take ten or more
constexpr char io_error = 5;               ///< EIO, as the protocol counts

} // namespace

void ReplyTamper::begin(ReplyFault fault) {
    hits_ = 0;
    ending_ = false;
    fault_ = fault;
}

void ReplyTamper::end() {
    const auto fault = fault_.load();
    const bool on_replies = fault != ReplyFault::stall && fault != ReplyFault::pieces;
    if (on_replies && hits_ == 0)
        ending_ = true;
    else
        fault_ = ReplyFault::none;
}

ReplyFault ReplyTamper::hit(const NbdUnit &unit) {
    const auto fault = fault_.load();
    const bool on_replies = fault != ReplyFault::stall && fault != ReplyFault::pieces;
    if (fault == ReplyFault::none || !on_replies || unit.kind != NbdUnit::Kind::reply ||
        (fault == ReplyFault::write_error && !unit.to_write))
        return ReplyFault::none;
    hits_++;
    if (ending_.exchange(false))
        fault_ = ReplyFault::none;
    return fault;
}

ReplyTamper::Outcome ReplyTamper::treat(NbdUnit unit) {
    switch (hit(unit)) {
    case ReplyFault::drop:
        return {};
    case ReplyFault::corrupt: {
        // What a client can notice: not the data, and not a request that is another one's.
        const auto bit = random_() % 64;
        auto &byte = unit.bytes[bit < 32 ? NbdUnit::magic_at + bit / 8
                                         : NbdUnit::cookie_at + (bit - 32) / 8];
        byte = static_cast<char>(byte ^ (1 << bit % 8));
        break;
    }
    case ReplyFault::cut:
        unit.bytes.resize(random_() % unit.bytes.size());
        return {std::move(unit.bytes), true};
    case ReplyFault::write_error:
        unit.bytes.replace(NbdUnit::error_at, 4, std::string{0, 0, 0, io_error});
        break;
    case ReplyFault::none:
    case ReplyFault::stall:
    case ReplyFault::pieces:
        break;
    }
    return {std::move(unit.bytes), false};
}

std::size_t ReplyTamper::piece(std::size_t bytes) {
    if (fault_.load() != ReplyFault::pieces || bytes <= 1)
        return bytes;
    hits_++;
    return std::min(bytes, 1 + random_() % longest_piece);
}

} // namespace netswap
