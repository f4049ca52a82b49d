// SPDX-License-Identifier: GPL-2.0
#include "lib/nbd_stream.h"

#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "nbd_words.h"

namespace netswap {
namespace {

using namespace nbd_words;
using ::testing::ElementsAre;

class NbdStreamTest : public ::testing::Test {
  protected:
    NbdStream stream;

    /// Units that come when the server says this.
    std::vector<NbdUnit> units(const std::string &bytes) {
        std::vector<NbdUnit> list;
        stream.server_says(bytes);
        while (auto unit = stream.next())
            list.push_back(std::move(*unit));
        return list;
    }

    std::vector<std::string> words(const std::string &bytes) {
        std::vector<std::string> list;
        for (auto &unit : units(bytes))
            list.push_back((unit.kind == NbdUnit::Kind::reply ? "reply:" : "other:") + unit.bytes);
        return list;
    }

    void shake_hands() {
        ASSERT_EQ(units(greeting()).size(), 1u);
        stream.client_says(client_flags() + option(7, "swap"));
        ASSERT_EQ(units(option_reply(7, 3, "an export") + option_reply(7, 1)).size(), 2u);
    }
};

TEST_F(NbdStreamTest, CutsRepliesOutOfTheStream) {
    shake_hands();
    stream.client_says(request(write, 11, 8, "eight by") + request(read, 12, 4));
    const auto list = units(reply(12, "page") + reply(11));
    ASSERT_EQ(list.size(), 2u);
    EXPECT_EQ(list[0].bytes, reply(12, "page"));
    EXPECT_FALSE(list[0].to_write);
    EXPECT_EQ(list[1].bytes, reply(11));
    EXPECT_TRUE(list[1].to_write);
    EXPECT_TRUE(stream.understood());
    EXPECT_EQ(stream.pending(), 0u);
}

TEST_F(NbdStreamTest, EveryCutOfTheBytesGivesTheSame) {
    shake_hands();
    const auto asked = request(write, 1, 5, "abcde") + request(read, 2, 3) + request(3, 3, 0);
    const auto answered = reply(1) + reply(2, "xyz") + reply(3);
    for (const char byte : asked)
        stream.client_says(std::string(1, byte));
    std::vector<std::string> list;
    for (const char byte : answered)
        for (auto &text : words(std::string(1, byte)))
            list.push_back(text);
    EXPECT_THAT(list,
                ElementsAre("reply:" + reply(1), "reply:" + reply(2, "xyz"), "reply:" + reply(3)));
}

TEST_F(NbdStreamTest, AnErrorHasNoData) {
    shake_hands();
    stream.client_says(request(read, 5, 4096));
    EXPECT_THAT(words(reply(5, "", 5)), ElementsAre("reply:" + reply(5, "", 5)));
}

TEST_F(NbdStreamTest, TheOldOptionAnswersWithoutAHeader) {
    ASSERT_EQ(units(greeting()).size(), 1u);
    stream.client_says(client_flags() + option(1, "swap"));
    EXPECT_TRUE(units("123456789").empty());
    EXPECT_THAT(words("0"), ElementsAre("other:1234567890"));
    stream.client_says(request(read, 1, 1));
    EXPECT_THAT(words(reply(1, "r")), ElementsAre("reply:" + reply(1, "r")));
}

TEST_F(NbdStreamTest, AnOptionMayBeRefusedFirst) {
    ASSERT_EQ(units(greeting()).size(), 1u);
    stream.client_says(client_flags() + option(7, "other"));
    ASSERT_EQ(units(option_reply(7, 0x80000006, "unknown")).size(), 1u);
    stream.client_says(option(7, "swap"));
    ASSERT_EQ(units(option_reply(7, 1)).size(), 1u);
    stream.client_says(request(read, 1, 1));
    EXPECT_THAT(words(reply(1, "r")), ElementsAre("reply:" + reply(1, "r")));
}

TEST_F(NbdStreamTest, WhatItDoesNotUnderstandIsAPipe) {
    ASSERT_EQ(units(greeting()).size(), 1u);
    stream.client_says(client_flags() + option(8));
    const auto agreed = option_reply(8, 1);
    EXPECT_THAT(words(agreed), ElementsAre("other:" + agreed));
    EXPECT_FALSE(stream.understood());
    EXPECT_THAT(words("anything"), ElementsAre("other:anything"));
}

TEST_F(NbdStreamTest, AReplyToNobodyMakesItAPipe) {
    shake_hands();
    EXPECT_THAT(words(reply(77)), ElementsAre("other:" + reply(77)));
    EXPECT_FALSE(stream.understood());
}

TEST_F(NbdStreamTest, AClientThatSpeaksNonsenseMakesItAPipe) {
    shake_hands();
    stream.client_says(std::string(40, 'x'));
    EXPECT_FALSE(stream.understood());
}

} // namespace
} // namespace netswap
