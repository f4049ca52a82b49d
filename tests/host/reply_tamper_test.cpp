// SPDX-License-Identifier: GPL-2.0
#include "lib/reply_tamper.h"

#include <gtest/gtest.h>

#include "nbd_words.h"

namespace netswap {
namespace {

using namespace nbd_words;

NbdUnit unit(std::string bytes, bool to_write = false) {
    return {NbdUnit::Kind::reply, to_write, std::move(bytes)};
}

TEST(ReplyTamper, LeavesRepliesAloneAndTheHandshakeAlways) {
    ReplyTamper tamper(1);
    EXPECT_EQ(tamper.treat(unit(reply(1, "page"))).bytes, reply(1, "page"));
    for (const auto fault : {ReplyFault::drop, ReplyFault::corrupt, ReplyFault::cut,
                             ReplyFault::stall, ReplyFault::pieces, ReplyFault::write_error}) {
        tamper.begin(fault);
        const auto outcome = tamper.treat({NbdUnit::Kind::other, false, greeting()});
        EXPECT_EQ(outcome.bytes, greeting());
        EXPECT_FALSE(outcome.end_connection);
        EXPECT_EQ(tamper.hits(), 0u);
    }
}

TEST(ReplyTamper, DropsUntilTheEnd) {
    ReplyTamper tamper(1);
    tamper.begin(ReplyFault::drop);
    EXPECT_EQ(tamper.treat(unit(reply(1))).bytes, "");
    EXPECT_EQ(tamper.treat(unit(reply(2))).bytes, "");
    tamper.end();
    EXPECT_EQ(tamper.hits(), 2u);
    EXPECT_EQ(tamper.treat(unit(reply(3))).bytes, reply(3));
    EXPECT_EQ(tamper.hits(), 2u);
}

TEST(ReplyTamper, AFaultThatMetNothingWaitsForOneReply) {
    ReplyTamper tamper(1);
    tamper.begin(ReplyFault::drop);
    tamper.end();
    EXPECT_EQ(tamper.treat(unit(reply(1))).bytes, "");
    EXPECT_EQ(tamper.treat(unit(reply(2))).bytes, reply(2));
    EXPECT_EQ(tamper.hits(), 1u);
}

TEST(ReplyTamper, CorruptsOneBitThatAClientCanNotice) {
    for (std::uint64_t seed = 0; seed < 200; seed++) {
        ReplyTamper tamper(seed);
        tamper.begin(ReplyFault::corrupt);
        const auto right = reply(0x1122334455667788, "page");
        const auto wrong = tamper.treat(unit(right)).bytes;
        ASSERT_EQ(wrong.size(), right.size());
        int bits = 0;
        for (std::size_t i = 0; i < right.size(); i++) {
            const auto changed = static_cast<unsigned char>(right[i] ^ wrong[i]);
            bits += __builtin_popcount(changed);
            // Neither the error, nor the request's number, nor the data.
            EXPECT_TRUE(changed == 0 || i < 4 || (i >= 8 && i < 12)) << i;
        }
        EXPECT_EQ(bits, 1);
    }
}

TEST(ReplyTamper, CutsWithinAReply) {
    for (std::uint64_t seed = 0; seed < 50; seed++) {
        ReplyTamper tamper(seed);
        tamper.begin(ReplyFault::cut);
        const auto outcome = tamper.treat(unit(reply(1, "page")));
        EXPECT_TRUE(outcome.end_connection);
        EXPECT_LT(outcome.bytes.size(), reply(1, "page").size());
        EXPECT_TRUE(reply(1, "page").starts_with(outcome.bytes));
    }
}

TEST(ReplyTamper, HoldsOnlyWhileStalled) {
    ReplyTamper tamper(1);
    EXPECT_FALSE(tamper.holds());
    tamper.begin(ReplyFault::stall);
    EXPECT_TRUE(tamper.holds());
    tamper.end();
    EXPECT_FALSE(tamper.holds());
}

TEST(ReplyTamper, PiecesAreSmallAndNeverEmpty) {
    ReplyTamper tamper(1);
    EXPECT_EQ(tamper.piece(70000), 70000u);
    tamper.begin(ReplyFault::pieces);
    for (int i = 0; i < 1000; i++) {
        const auto piece = tamper.piece(4096);
        EXPECT_GE(piece, 1u);
        EXPECT_LE(piece, 600u);
    }
    EXPECT_EQ(tamper.hits(), 1000u);
    tamper.end();
    EXPECT_EQ(tamper.piece(4096), 4096u);
}

TEST(ReplyTamper, OnlyWritesFail) {
    ReplyTamper tamper(1);
    tamper.begin(ReplyFault::write_error);
    EXPECT_EQ(tamper.treat(unit(reply(1, "page"))).bytes, reply(1, "page"));
    EXPECT_EQ(tamper.hits(), 0u);
    EXPECT_EQ(tamper.treat(unit(reply(2), true)).bytes, reply(2, "", 5));
    EXPECT_EQ(tamper.hits(), 1u);
}

} // namespace
} // namespace netswap
