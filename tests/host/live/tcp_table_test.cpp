// SPDX-License-Identifier: GPL-2.0
#include "keeper/tcp_table.h"

#include <array>
#include <filesystem>
#include <fstream>
#include <string>

#include <arpa/inet.h>
#include <fmt/format.h>
#include <gtest/gtest.h>

#include "temporary_directory.h"

using namespace netswap;
using namespace netswap::keeper;

namespace {

class TcpTables : public ::testing::Test {
  protected:
    TcpTables() { std::filesystem::create_directories(directory_.path() + "/proc/net"); }

    void write(const char *name, const std::string &lines) {
        std::ofstream(directory_.path() + "/proc/net/" + name)
            << "  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt\n"
            << lines;
    }
    static std::string line(const std::string &local, const std::string &remote, int state) {
        return fmt::format(
            "   0: {} {} {:02X} 00000000:00000000 00:00000000 00000000     0        0 "
            "12345 1 0000000000000000 20 4 30 10 -1\n",
            local, remote, state);
    }
    static ServerSocketAddress server(int family, const char *text, int port) {
        ServerSocketAddress out;
        EXPECT_TRUE(make_address(family, text, port, out));
        return out;
    }

    TemporaryDirectory directory_;
    TcpTable table_;
};

} // namespace

TEST_F(TcpTables, FindConnectionsByPortsAndServer) {
    write("tcp", line("0200000A:C350", "0100000A:2A39", 1) +
                     line("0200000A:C351", "0100000A:2A39", 5) +
                     line("0200000A:C352", "0900000A:2A39", 1) + // another server
                     line("0200000A:C353", "0100000A:2A38", 1)); // another port of it
    write("tcp6", line("00000000000000000000000001000000:C354",
                       "B80D0120000000000000000001000000:2A39", 4));
    ASSERT_TRUE(table_.open(directory_.path().c_str()));
    const std::array servers{server(AF_INET, "10.0.0.1", 10809),
                             server(AF_INET6, "2001:db8::1", 10809)};
    const std::array<std::uint16_t, 6> ports{0xc350, 0xc351, 0xc352, 0xc353, 0xc354, 0xc355};
    std::array<TcpState, 6> states{};
    ASSERT_TRUE(table_.look(servers, ports, states));
    EXPECT_EQ(states[0], TcpState::established);
    EXPECT_EQ(states[1], TcpState::fin_wait2);
    EXPECT_EQ(states[2], TcpState::gone);
    EXPECT_EQ(states[3], TcpState::gone);
    EXPECT_EQ(states[4], TcpState::fin_wait1);
    EXPECT_EQ(states[5], TcpState::gone);
}

TEST_F(TcpTables, SeeChangesAndLongTables) {
    std::string many;
    for (int i = 0; i < 500; ++i)
        many += line(fmt::format("0200000A:{:04X}", 1000 + i), "0900000A:0050", 1);
    write("tcp", many + line("0200000A:C350", "0100000A:2A39", 1));
    ASSERT_TRUE(table_.open(directory_.path().c_str()));
    const std::array servers{server(AF_INET, "10.0.0.1", 10809)};
    const std::array<std::uint16_t, 1> ports{0xc350};
    std::array<TcpState, 1> states{};
    ASSERT_TRUE(table_.look(servers, ports, states));
    EXPECT_EQ(states[0], TcpState::established);
    write("tcp", many);
    ASSERT_TRUE(table_.look(servers, ports, states));
    EXPECT_EQ(states[0], TcpState::gone);
}

TEST_F(TcpTables, PassOverGarbage) {
    write("tcp", "\n:\nx\n 0: nonsense\n 1: A:B C:D\n 2: 0:1FFFF 0:1 01 x\n" +
                     std::string(3000, 'y') + "\n" + line("0200000A:C350", "0100000A:2A39", 1));
    ASSERT_TRUE(table_.open(directory_.path().c_str()));
    const std::array servers{server(AF_INET, "10.0.0.1", 10809)};
    const std::array<std::uint16_t, 1> ports{0xc350};
    std::array<TcpState, 1> states{};
    ASSERT_TRUE(table_.look(servers, ports, states));
    EXPECT_EQ(states[0], TcpState::established);
}

TEST_F(TcpTables, AreNotThere) {
    EXPECT_FALSE(table_.open("/nonexistent"));
}

TEST(TcpTimes, GiveUpALittleBeforeARequestDoes) {
    EXPECT_EQ(user_timeout_ms(0), 30'000U);
    EXPECT_EQ(user_timeout_ms(10), 8'000U);
    EXPECT_EQ(user_timeout_ms(1), 2'000U);
    EXPECT_EQ(user_timeout_ms(~0ULL), 3'600'000U);
}
