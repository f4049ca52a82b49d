// SPDX-License-Identifier: GPL-2.0
#include "keeper/handshake.h"

#include <functional>
#include <string>
#include <thread>

#include <gtest/gtest.h>
#include <sys/socket.h>

#include "keeper/timed_io.h"
#include "lib/fd.h"

using namespace netswap;
using namespace netswap::keeper;

namespace {

template <typename Number>
std::string big_endian(Number value) {
    std::string out;
    for (int shift = 8 * (static_cast<int>(sizeof value) - 1); shift >= 0; shift -= 8)
        out += static_cast<char>(static_cast<std::uint64_t>(value) >> shift);
    return out;
}

std::string greeting(std::uint16_t flags = 3) {
    return "NBDMAGICIHAVEOPT" + big_endian(flags);
}

std::string reply(std::uint32_t type, const std::string &data, std::uint32_t option = 7) {
    return big_endian(std::uint64_t{0x3e889045565a9}) + big_endian(option) + big_endian(type) +
           big_endian(static_cast<std::uint32_t>(data.size())) + data;
}

std::string export_info(std::uint64_t bytes, std::uint16_t flags) {
    return reply(3, big_endian(std::uint16_t{0}) + big_endian(bytes) + big_endian(flags));
}

constexpr std::uint32_t refusal = 1U << 31;

/// A server that says `text` and keeps what it hears.
class Conversation {
  public:
    HandshakeResult with(const std::string &text, bool closes = false,
                         std::uint64_t limit_ns = 300 * ns_per_ms) {
        int ends[2];
        EXPECT_EQ(::socketpair(AF_UNIX, SOCK_STREAM, 0, ends), 0);
        Fd server(ends[0]);
        const Fd client(ends[1]);
        EXPECT_EQ(::send(server.get(), text.data(), text.size(), 0),
                  static_cast<ssize_t>(text.size()));
        if (closes)
            ::shutdown(server.get(), SHUT_WR);
        const auto result = handshake(client.get(), "swap", now_ns() + limit_ns);
        char buffer[1024];
        const auto got = ::recv(server.get(), buffer, sizeof buffer, MSG_DONTWAIT);
        heard.assign(buffer, got > 0 ? static_cast<std::size_t>(got) : 0);
        return result;
    }
    std::string heard;
};

} // namespace

TEST(Handshake, AsksForTheExportAndTakesWhatItIsTold) {
    Conversation talk;
    const auto block_sizes =
        big_endian(std::uint16_t{3}) + big_endian(1U) + big_endian(4096U) + big_endian(1U << 25);
    const auto result =
        talk.with(greeting() + export_info(1 << 20, 0x101) + reply(3, block_sizes) + reply(1, ""));
    EXPECT_EQ(result.error, HandshakeError::none);
    EXPECT_EQ(result.info.bytes, 1U << 20);
    EXPECT_EQ(result.info.flags, 0x101);
    EXPECT_EQ(result.info.min_block, 1U);
    EXPECT_EQ(result.info.preferred_block, 4096U);
    EXPECT_EQ(result.info.max_block, 1U << 25);
    EXPECT_EQ(talk.heard, big_endian(3U) + "IHAVEOPT" + big_endian(7U) + big_endian(12U) +
                              big_endian(4U) + "swap" + big_endian(std::uint16_t{1}) +
                              big_endian(std::uint16_t{3}));
}

TEST(Handshake, PassesOverInformationItDoesNotKnow) {
    Conversation talk;
    const auto result =
        talk.with(greeting() + reply(3, big_endian(std::uint16_t{2}) + std::string(700, 'd')) +
                  reply(9, std::string(300, 'x')) + export_info(4096, 1) + reply(1, ""));
    EXPECT_EQ(result.error, HandshakeError::none);
    EXPECT_EQ(result.info.bytes, 4096U);
}

TEST(Handshake, FallsBackToTheOldOption) {
    Conversation talk;
    for (const bool zeroes : {false, true}) {
        const auto result =
            talk.with(greeting(zeroes ? 1 : 3) + reply(refusal | 1, "no go") +
                      big_endian(std::uint64_t{8192}) + big_endian(std::uint16_t{5}) +
                      std::string(zeroes ? 124 : 0, '\0'));
        EXPECT_EQ(result.error, HandshakeError::none) << zeroes;
        EXPECT_EQ(result.info.bytes, 8192U);
        EXPECT_EQ(result.info.flags, 5);
    }
}

TEST(Handshake, TellsWhyItFailed) {
    Conversation talk;
    EXPECT_EQ(talk.with("HTTP/1.1 400 Bad Request\r\n\r\n").error, HandshakeError::not_nbd);
    EXPECT_EQ(talk.with("NBDMAGIC" + big_endian(std::uint64_t{0x00420281861253})).error,
              HandshakeError::old_style);
    EXPECT_EQ(talk.with(greeting(0)).error, HandshakeError::old_style);
    EXPECT_EQ(talk.with(greeting() + reply(refusal | 6, "")).error, HandshakeError::unknown_export);
    EXPECT_EQ(talk.with(greeting() + reply(refusal | 5, "")).error, HandshakeError::tls_required);
    const auto refused = talk.with(greeting() + reply(refusal | 2, "not\nyou"));
    EXPECT_EQ(refused.error, HandshakeError::refused);
    EXPECT_STREQ(refused.said.data(), "not?you");
    EXPECT_EQ(talk.with(greeting() + reply(1, "")).error, HandshakeError::garbage);
    EXPECT_EQ(talk.with(greeting() + reply(1, "", 8)).error, HandshakeError::garbage);
    EXPECT_EQ(talk.with(greeting() + std::string(20, 'x')).error, HandshakeError::garbage);
    EXPECT_EQ(talk.with(greeting() + reply(3, big_endian(std::uint16_t{0}) + "x")).error,
              HandshakeError::garbage);
    EXPECT_EQ(talk.with("", true).error, HandshakeError::closed);
    EXPECT_EQ(talk.with(greeting(), true).error, HandshakeError::closed);
}

TEST(Handshake, EndsInTimeWhateverTheServerDoes) {
    Conversation talk;
    const auto begin = now_ns();
    EXPECT_EQ(talk.with("").error, HandshakeError::timed_out);
    EXPECT_EQ(talk.with(greeting()).error, HandshakeError::timed_out);
    // Replies without an end.
    std::string endless = greeting();
    for (int i = 0; i < 200; ++i)
        endless += reply(9, "");
    EXPECT_EQ(talk.with(endless).error, HandshakeError::garbage);
    EXPECT_LT(now_ns() - begin, 5 * ns_per_s);
}

TEST(Handshake, SurvivesGarbageOfAnyLength) {
    Conversation talk;
    const auto good = greeting() + export_info(4096, 1) + reply(1, "");
    for (std::size_t length = 0; length < good.size(); ++length) {
        auto cut = good.substr(0, length);
        EXPECT_NE(talk.with(cut, true).error, HandshakeError::none) << length;
        auto broken = good;
        broken[length] = static_cast<char>(broken[length] ^ 0x55);
        (void)talk.with(broken, true);
    }
}
