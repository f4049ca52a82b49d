// SPDX-License-Identifier: GPL-2.0
#include "lib/nbd_stream.h"

#include <algorithm>
#include <utility>

namespace netswap {

namespace {

// Of the protocol: github.com/NetworkBlockDevice/nbd/blob/master/doc/proto.md
constexpr std::uint64_t option_magic = 0x49484156454f5054; // "IHAVEOPT"
constexpr std::uint64_t option_reply_magic = 0x3e889045565a9;
constexpr std::uint32_t request_magic = 0x25609513;
constexpr std::uint32_t reply_magic = 0x67446698;
constexpr std::uint32_t flag_no_zeroes = 2;
constexpr std::uint32_t option_export_name = 1;
constexpr std::uint32_t option_go = 7;
constexpr std::uint32_t option_structured_reply = 8;
constexpr std::uint32_t reply_ack = 1;
constexpr std::uint16_t command_read = 0;
constexpr std::uint16_t command_write = 1;

constexpr std::size_t greeting_bytes = 18;
constexpr std::size_t client_flags_bytes = 4;
constexpr std::size_t option_bytes = 16;
constexpr std::size_t option_reply_bytes = 20;
constexpr std::size_t request_bytes = 28;
constexpr std::size_t export_bytes = 10; ///< size and flags, the answer to the old option
constexpr std::size_t zeroes = 124;

template <typename T>
T big_endian(std::string_view bytes, std::size_t at) {
    T value = 0;
    for (std::size_t i = 0; i < sizeof(T); i++)
        value = static_cast<T>(value << 8 | static_cast<unsigned char>(bytes[at + i]));
    return value;
}

} // namespace

void NbdStream::give_up() {
    state_ = State::pipe;
    from_client_.clear();
    requests_.clear();
}

void NbdStream::client_says(std::string_view bytes) {
    if (state_ == State::pipe)
        return;
    const auto data = std::min<std::uint64_t>(skip_, bytes.size());
    skip_ -= data;
    from_client_ += bytes.substr(data);
    while (skip_ == 0 && !from_client_.empty())
        if (!(state_ == State::transmission ? follow_request() : follow_option()))
            return;
}

/// False if more bytes are needed, or none of them means anything any more.
bool NbdStream::follow_option() {
    if (!flags_seen_) {
        if (from_client_.size() < client_flags_bytes)
            return false;
        no_zeroes_ = (big_endian<std::uint32_t>(from_client_, 0) & flag_no_zeroes) != 0;
        flags_seen_ = true;
        from_client_.erase(0, client_flags_bytes);
        return true;
    }
    if (from_client_.size() < option_bytes)
        return false;
    if (big_endian<std::uint64_t>(from_client_, 0) != option_magic) {
        give_up();
        return false;
    }
    export_name_ = big_endian<std::uint32_t>(from_client_, 8) == option_export_name;
    skip_ = big_endian<std::uint32_t>(from_client_, 12);
    from_client_.erase(0, option_bytes);
    const auto here = std::min<std::uint64_t>(skip_, from_client_.size());
    skip_ -= here;
    from_client_.erase(0, here);
    return true;
}

bool NbdStream::follow_request() {
    if (from_client_.size() < request_bytes)
        return false;
    if (big_endian<std::uint32_t>(from_client_, 0) != request_magic) {
        give_up();
        return false;
    }
    const Request request{big_endian<std::uint16_t>(from_client_, 6),
                          big_endian<std::uint32_t>(from_client_, 24)};
    requests_[big_endian<std::uint64_t>(from_client_, 8)] = request;
    from_client_.erase(0, request_bytes);
    if (request.command == command_write) {
        const auto here = std::min<std::size_t>(request.length, from_client_.size());
        skip_ = request.length - here;
        from_client_.erase(0, here);
    }
    return true;
}

std::optional<NbdUnit> NbdStream::take(std::size_t bytes) {
    if (from_server_.size() < bytes)
        return std::nullopt;
    NbdUnit unit;
    unit.bytes = from_server_.substr(0, bytes);
    from_server_.erase(0, bytes);
    return unit;
}

std::optional<NbdUnit> NbdStream::next() {
    if (from_server_.empty())
        return std::nullopt;
    switch (state_) {
    case State::greeting: {
        auto unit = take(greeting_bytes);
        if (unit)
            state_ = State::options;
        return unit;
    }
    case State::options:
        return option_reply();
    case State::transmission:
        return reply();
    case State::pipe:
        break;
    }
    return take(from_server_.size());
}

std::optional<NbdUnit> NbdStream::option_reply() {
    if (export_name_) {
        auto unit = take(export_bytes + (no_zeroes_ ? 0 : zeroes));
        if (unit)
            state_ = State::transmission;
        return unit;
    }
    if (from_server_.size() < option_reply_bytes)
        return std::nullopt;
    const auto option = big_endian<std::uint32_t>(from_server_, 8);
    const auto type = big_endian<std::uint32_t>(from_server_, 12);
    if (big_endian<std::uint64_t>(from_server_, 0) != option_reply_magic ||
        (option == option_structured_reply && type == reply_ack)) {
        give_up();
        return take(from_server_.size());
    }
    auto unit = take(option_reply_bytes + big_endian<std::uint32_t>(from_server_, 16));
    if (unit && option == option_go && type == reply_ack)
        state_ = State::transmission;
    return unit;
}

std::optional<NbdUnit> NbdStream::reply() {
    if (from_server_.size() < NbdUnit::header_bytes)
        return std::nullopt;
    const auto request =
        requests_.find(big_endian<std::uint64_t>(from_server_, NbdUnit::cookie_at));
    if (big_endian<std::uint32_t>(from_server_, NbdUnit::magic_at) != reply_magic ||
        request == requests_.end()) {
        give_up();
        return take(from_server_.size());
    }
    const bool failed = big_endian<std::uint32_t>(from_server_, NbdUnit::error_at) != 0;
    const bool data = request->second.command == command_read && !failed;
    auto unit = take(NbdUnit::header_bytes + (data ? request->second.length : 0));
    if (!unit)
        return std::nullopt;
    unit->kind = NbdUnit::Kind::reply;
    unit->to_write = request->second.command == command_write;
    requests_.erase(request);
    return unit;
}

} // namespace netswap
