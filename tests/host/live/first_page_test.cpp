// SPDX-License-Identifier: GPL-2.0
#include "keeper/first_page.h"

#include <array>
#include <cerrno>
#include <string>

#include <gtest/gtest.h>
#include <sys/socket.h>

#include "lib/fd.h"

using namespace netswap;
using namespace netswap::keeper;

namespace {

const std::string cookie = "netswap0"; // of the only request

std::string reply(std::uint32_t magic, std::uint8_t error, const std::string &of = cookie) {
    std::string out;
    for (int shift = 24; shift >= 0; shift -= 8)
        out += static_cast<char>(magic >> shift);
    return out + std::string(3, '\0') + static_cast<char>(error) + of;
}

class FirstPage : public ::testing::Test {
  protected:
    FirstPage() {
        int ends[2];
        EXPECT_EQ(::socketpair(AF_UNIX, SOCK_STREAM, 0, ends), 0);
        server_ = Fd(ends[0]);
        client_ = Fd(ends[1]);
    }
    Io read(const std::string &text, bool closes = false) {
        EXPECT_EQ(::send(server_.get(), text.data(), text.size(), 0),
                  static_cast<ssize_t>(text.size()));
        if (closes)
            ::shutdown(server_.get(), SHUT_WR);
        return read_first_page(client_.get(), page_, now_ns() + 200 * ns_per_ms);
    }

    static constexpr std::uint32_t magic = 0x67446698;
    Fd server_, client_;
    std::array<unsigned char, first_page_bytes> page_{};
};

} // namespace

TEST_F(FirstPage, IsAskedForAndRead) {
    ASSERT_EQ(read(reply(magic, 0) + std::string(4095, 'a') + "b"), Io::done);
    EXPECT_EQ(page_.front(), 'a');
    EXPECT_EQ(page_.back(), 'b');
    char asked[64];
    ASSERT_EQ(::recv(server_.get(), asked, sizeof asked, MSG_DONTWAIT), 28);
    EXPECT_EQ(std::string(asked, 28), "\x25\x60\x95\x13" + std::string(4, '\0') + cookie +
                                          std::string(8, '\0') + std::string("\0\0\x10\0", 4));
}

TEST_F(FirstPage, TellsTheServersError) {
    ASSERT_EQ(read(reply(magic, EIO)), Io::failed);
    EXPECT_EQ(errno, EIO);
}

TEST_F(FirstPage, IsNotTakenFromAStrangersReply) {
    ASSERT_EQ(read(reply(magic + 1, 0)), Io::failed);
    EXPECT_EQ(errno, EPROTO);
}

TEST_F(FirstPage, IsNotTakenFromAnotherRequestsReply) {
    ASSERT_EQ(read(reply(magic, 0, "netswap1")), Io::failed);
    EXPECT_EQ(errno, EPROTO);
}

TEST_F(FirstPage, HalfOfItIsNone) {
    EXPECT_EQ(read(reply(magic, 0) + std::string(2048, 'a')), Io::timed_out);
}

TEST_F(FirstPage, EndsWithTheConnection) {
    EXPECT_EQ(read(reply(magic, 0).substr(0, 7), true), Io::closed);
}
