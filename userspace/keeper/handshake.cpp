// SPDX-License-Identifier: GPL-2.0
#include "keeper/handshake.h"

#include "keeper/timed_io.h"

#include <algorithm>
#include <cerrno>
#include <cstring>

namespace netswap::keeper {

namespace {

// NBD protocol, "fixed newstyle negotiation". All numbers travel in network byte order.
constexpr std::uint64_t greeting_magic = 0x4e42444d41474943; // NBDMAGIC
constexpr std::uint64_t option_magic = 0x49484156454f5054;   // IHAVEOPT
constexpr std::uint64_t old_magic = 0x00420281861253;
constexpr std::uint64_t reply_magic = 0x3e889045565a9;
constexpr std::uint16_t fixed_newstyle = 1 << 0;
constexpr std::uint16_t no_zeroes = 1 << 1;
constexpr std::uint32_t option_export_name = 1;
constexpr std::uint32_t option_go = 7;
constexpr std::uint32_t reply_ack = 1;
constexpr std::uint32_t reply_info = 3;
constexpr std::uint32_t error_bit = 1U << 31;
constexpr std::uint32_t error_unsupported = error_bit | 1;
constexpr std::uint32_t error_tls_required = error_bit | 5;
constexpr std::uint32_t error_unknown = error_bit | 6;
constexpr std::uint16_t info_export = 0;
constexpr std::uint16_t info_block_size = 3;
constexpr std::size_t export_name_zeroes = 124;
constexpr std::uint32_t longest_reply = 4096;
constexpr int most_replies = 64;

template <typename Number>
Number get(const unsigned char *at) {
    std::uint64_t value = 0;
    for (std::size_t i = 0; i < sizeof(Number); ++i)
        value = value << 8 | at[i];
    return static_cast<Number>(value);
}

/// A request in a buffer of fixed size.
class Request {
  public:
    template <typename Number>
    void put(Number value) {
        for (std::size_t i = sizeof(Number); i-- > 0;)
            bytes_[size_++] =
                static_cast<unsigned char>(static_cast<std::uint64_t>(value) >> (8 * i));
    }
    void put(std::string_view text) {
        std::memcpy(bytes_.data() + size_, text.data(), text.size());
        size_ += text.size();
    }
    [[nodiscard]] const unsigned char *data() const { return bytes_.data(); }
    [[nodiscard]] std::size_t size() const { return size_; }

  private:
    std::array<unsigned char, 64 + max_export_name> bytes_{};
    std::size_t size_ = 0;
};

class Negotiation {
  public:
    Negotiation(int fd, std::string_view name, std::uint64_t deadline_ns)
        : fd_(fd), name_(name), deadline_ns_(deadline_ns) {}

    HandshakeResult run() {
        if (greet() && ask_go())
            while (take_reply()) {
            }
        return result_;
    }

  private:
    bool stop(HandshakeError error) {
        result_.error = error;
        return false;
    }

    bool ended(Io io) {
        if (io == Io::done)
            return false;
        result_.os_error = io == Io::failed ? errno : 0;
        result_.error = io == Io::timed_out ? HandshakeError::timed_out
                        : io == Io::closed  ? HandshakeError::closed
                                            : HandshakeError::io;
        return true;
    }

    bool receive(void *into, std::size_t bytes) {
        return !ended(read_fully(fd_, into, bytes, deadline_ns_));
    }

    bool send(const Request &request) {
        return !ended(write_fully(fd_, request.data(), request.size(), deadline_ns_));
    }

    bool skip(std::size_t bytes) {
        std::array<unsigned char, 256> sink;
        while (bytes > 0) {
            const auto part = std::min(bytes, sink.size());
            if (!receive(sink.data(), part))
                return false;
            bytes -= part;
        }
        return true;
    }

    bool greet() {
        std::array<unsigned char, 18> greeting;
        if (!receive(greeting.data(), 16))
            return false;
        if (get<std::uint64_t>(greeting.data()) != greeting_magic)
            return stop(HandshakeError::not_nbd);
        const auto style = get<std::uint64_t>(greeting.data() + 8);
        if (style == old_magic)
            return stop(HandshakeError::old_style);
        if (style != option_magic)
            return stop(HandshakeError::not_nbd);
        if (!receive(greeting.data() + 16, 2))
            return false;
        const auto flags = get<std::uint16_t>(greeting.data() + 16);
        if (!(flags & fixed_newstyle))
            return stop(HandshakeError::old_style);
        zeroes_ = !(flags & no_zeroes);
        Request answer;
        answer.put(static_cast<std::uint32_t>(flags & (fixed_newstyle | no_zeroes)));
        return send(answer);
    }

    bool ask_go() {
        Request ask;
        ask.put(option_magic);
        ask.put(option_go);
        ask.put(static_cast<std::uint32_t>(4 + name_.size() + 4));
        ask.put(static_cast<std::uint32_t>(name_.size()));
        ask.put(name_);
        ask.put(std::uint16_t{1});
        ask.put(info_block_size);
        return send(ask);
    }

    /// For servers that do not know "go": the old way, which ends the negotiation at once.
    bool ask_by_name() {
        Request ask;
        ask.put(option_magic);
        ask.put(option_export_name);
        ask.put(static_cast<std::uint32_t>(name_.size()));
        ask.put(name_);
        std::array<unsigned char, 10> answer;
        if (!send(ask) || !receive(answer.data(), answer.size()))
            return false;
        result_.info.bytes = get<std::uint64_t>(answer.data());
        result_.info.flags = get<std::uint16_t>(answer.data() + 8);
        if (zeroes_)
            skip(export_name_zeroes);
        return false;
    }

    /// False when the negotiation is over, for better or worse.
    bool take_reply() {
        std::array<unsigned char, 20> head;
        if (!receive(head.data(), head.size()))
            return false;
        const auto type = get<std::uint32_t>(head.data() + 12);
        const auto length = get<std::uint32_t>(head.data() + 16);
        if (get<std::uint64_t>(head.data()) != reply_magic ||
            get<std::uint32_t>(head.data() + 8) != option_go || length > longest_reply ||
            ++replies_ > most_replies)
            return stop(HandshakeError::garbage);
        if (type == reply_ack)
            return has_export_ ? skip(length) && false : stop(HandshakeError::garbage);
        if (type == reply_info)
            return take_info(length);
        if (!(type & error_bit))
            return skip(length); // of a newer protocol
        return take_refusal(type, length);
    }

    bool take_info(std::uint32_t length) {
        std::array<unsigned char, 16> data;
        const auto part = std::min<std::size_t>(length, data.size());
        if (!receive(data.data(), part) || !skip(length - part))
            return false;
        const auto kind = length >= 2 ? get<std::uint16_t>(data.data()) : std::uint16_t{0xffff};
        if (kind == info_export && length == 12) {
            result_.info.bytes = get<std::uint64_t>(data.data() + 2);
            result_.info.flags = get<std::uint16_t>(data.data() + 10);
            has_export_ = true;
        } else if (kind == info_block_size && length == 14) {
            result_.info.min_block = get<std::uint32_t>(data.data() + 2);
            result_.info.preferred_block = get<std::uint32_t>(data.data() + 6);
            result_.info.max_block = get<std::uint32_t>(data.data() + 10);
        } else if (kind == info_export || kind == info_block_size) {
            return stop(HandshakeError::garbage);
        }
        return true;
    }

    bool take_refusal(std::uint32_t type, std::uint32_t length) {
        const auto part = std::min<std::size_t>(length, result_.said.size() - 1);
        if (!receive(result_.said.data(), part) || !skip(length - part)) {
            result_.said.fill('\0'); // half of it, as it came
            return false;
        }
        for (auto &c : result_.said) // it is shown to people
            if (c != '\0' && (c < ' ' || c > '~'))
                c = '?';
        switch (type) {
        case error_unsupported:
            result_.said.fill('\0');
            return ask_by_name();
        case error_tls_required:
            return stop(HandshakeError::tls_required);
        case error_unknown:
            return stop(HandshakeError::unknown_export);
        default:
            return stop(HandshakeError::refused);
        }
    }

    const int fd_;
    const std::string_view name_;
    const std::uint64_t deadline_ns_;
    bool zeroes_ = true;
    bool has_export_ = false;
    int replies_ = 0;
    HandshakeResult result_;
};

} // namespace

HandshakeResult handshake(int fd, std::string_view export_name, std::uint64_t deadline_ns) {
    if (export_name.size() > max_export_name) {
        HandshakeResult result;
        result.error = HandshakeError::unknown_export;
        return result;
    }
    return Negotiation(fd, export_name, deadline_ns).run();
}

const char *describe(HandshakeError error) {
    switch (error) {
    case HandshakeError::none:
        return "connected";
    case HandshakeError::io:
        return "the connection failed";
    case HandshakeError::timed_out:
        return "the server does not answer";
    case HandshakeError::closed:
        return "the server closed the connection";
    case HandshakeError::not_nbd:
        return "this is not an NBD server";
    case HandshakeError::old_style:
        return "the server speaks the old NBD protocol without exports";
    case HandshakeError::unknown_export:
        return "the server has no such export";
    case HandshakeError::tls_required:
        return "the server wants TLS, which would put a process into the path of swap";
    case HandshakeError::refused:
        return "the server refuses";
    case HandshakeError::garbage:
        return "the server's answer is against the protocol";
    }
    return "unknown";
}

} // namespace netswap::keeper
