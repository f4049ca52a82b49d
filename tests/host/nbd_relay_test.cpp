// SPDX-License-Identifier: GPL-2.0
#include "lib/nbd_relay.h"

#include <cerrno>
#include <cstring>
#include <memory>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <libnbd.h>
#include <unistd.h>

#include "lib/child.h"
#include "lib/nbd_server.h"
#include "temporary_directory.h"

namespace netswap {
namespace {

using ::testing::HasSubstr;

/// Each test's own, for several run at a time. Below the ports that the kernel gives away.
const int server_port = 11000 + static_cast<int>(::getpid() % 20000);
constexpr std::int64_t size = 1 << 20;

struct Close {
    void operator()(nbd_handle *handle) const { nbd_close(handle); }
};

/// nbdkit, the relay before it, and libnbd as a client that wants simple replies.
class NbdRelayTest : public ::testing::Test {
  protected:
    SystemClock clock;
    TemporaryDirectory directory;
    std::unique_ptr<NbdServer> kind = *make_nbd_server("nbdkit");
    std::optional<Child> server;
    std::unique_ptr<NbdRelay> relay;
    std::unique_ptr<nbd_handle, Close> client;
    char page[4096] = {};

    void SetUp() override {
        auto started = start_nbd_server(*kind, {.address = "127.0.0.1",
                                                .port = server_port,
                                                .export_name = "swap",
                                                .size_bytes = size,
                                                .scratch = directory.path()});
        if (!started)
            GTEST_SKIP() << started.error().message;
        server.emplace(std::move(*started));
        auto made = NbdRelay::start({.address = "127.0.0.1",
                                     .port = 0,
                                     .server_address = "127.0.0.1",
                                     .server_port = server_port,
                                     .seed = 3},
                                    clock);
        ASSERT_TRUE(made) << made.error().message;
        relay = std::move(*made);
        ASSERT_EQ(connect(), 0) << nbd_get_error();
    }

    int connect() {
        client.reset(nbd_create());
        nbd_set_request_structured_replies(client.get(), false);
        return nbd_connect_tcp(client.get(), "127.0.0.1", std::to_string(relay->port()).c_str());
    }

    int write(char byte, std::uint64_t at = 0) {
        std::memset(page, byte, sizeof page);
        return nbd_pwrite(client.get(), page, sizeof page, at, 0);
    }

    /// What is there, or 0 if it cannot be read.
    char read(std::uint64_t at = 0) {
        if (nbd_pread(client.get(), page, sizeof page, at, 0) != 0)
            return 0;
        return std::all_of(page, page + sizeof page, [&](char c) { return c == page[0]; }) ? page[0]
                                                                                           : '?';
    }

    ReplyTamper &tamper() { return relay->tamper(); }
};

TEST_F(NbdRelayTest, PassesEverythingOn) {
    for (int i = 0; i < 100; i++)
        ASSERT_EQ(write(static_cast<char>('a' + i % 26), 4096U * static_cast<unsigned>(i)), 0);
    for (int i = 0; i < 100; i++)
        EXPECT_EQ(read(4096U * static_cast<unsigned>(i)), 'a' + i % 26);
    EXPECT_EQ(tamper().hits(), 0u);
}

TEST_F(NbdRelayTest, PiecesArriveWhole) {
    tamper().begin(ReplyFault::pieces);
    EXPECT_EQ(write('p'), 0);
    EXPECT_EQ(read(), 'p');
    EXPECT_GE(tamper().hits(), 14u);
}

TEST_F(NbdRelayTest, ACorruptedReplyEndsTheConnectionAndTheNextOneWorks) {
    tamper().begin(ReplyFault::corrupt);
    tamper().end();
    EXPECT_NE(write('c'), 0);
    EXPECT_EQ(tamper().hits(), 1u);
    ASSERT_EQ(connect(), 0) << nbd_get_error();
    EXPECT_EQ(read(), 'c') << "the server did the write";
}

TEST_F(NbdRelayTest, ACutEndsTheConnectionAfterTheServersEnd) {
    ASSERT_EQ(write('o'), 0);
    tamper().begin(ReplyFault::cut);
    tamper().end();
    EXPECT_EQ(read(), 0);
    EXPECT_TRUE(nbd_aio_is_dead(client.get()) == 1 || nbd_aio_is_closed(client.get()) == 1);
    ASSERT_EQ(connect(), 0) << nbd_get_error();
    EXPECT_EQ(read(), 'o');
}

TEST_F(NbdRelayTest, ADroppedReplyNeverComes) {
    tamper().begin(ReplyFault::drop);
    std::memset(page, 'd', sizeof page);
    const auto cookie = nbd_aio_pwrite(client.get(), page, sizeof page, 0, NBD_NULL_COMPLETION, 0);
    ASSERT_GE(cookie, 0);
    for (const double end = clock.now() + 5; tamper().hits() == 0 && clock.now() < end;)
        nbd_poll(client.get(), 10);
    EXPECT_EQ(tamper().hits(), 1u);
    tamper().end();
    char other[4096];
    EXPECT_EQ(nbd_pread(client.get(), other, sizeof other, 8192, 0), 0) << "the next one comes";
    EXPECT_EQ(nbd_aio_command_completed(client.get(), static_cast<std::uint64_t>(cookie)), 0);
}

TEST_F(NbdRelayTest, AStallEndsAndNothingIsLost) {
    tamper().begin(ReplyFault::stall);
    std::memset(page, 's', sizeof page);
    const auto cookie = nbd_aio_pwrite(client.get(), page, sizeof page, 0, NBD_NULL_COMPLETION, 0);
    ASSERT_GE(cookie, 0);
    for (const double end = clock.now() + 0.3; clock.now() < end;)
        nbd_poll(client.get(), 10);
    EXPECT_EQ(nbd_aio_command_completed(client.get(), static_cast<std::uint64_t>(cookie)), 0);
    tamper().end();
    EXPECT_EQ(read(), 's');
}

TEST_F(NbdRelayTest, AFailedWriteIsAnErrorAndNoMore) {
    tamper().begin(ReplyFault::write_error);
    EXPECT_NE(write('e'), 0);
    EXPECT_EQ(nbd_get_errno(), EIO);
    tamper().end();
    EXPECT_EQ(write('f'), 0);
    EXPECT_EQ(read(), 'f');
}

TEST_F(NbdRelayTest, AServerThatIsGoneIsGoneForTheClientToo) {
    server->stop(0);
    EXPECT_EQ(read(), 0);
    EXPECT_NE(connect(), 0);
}

TEST_F(NbdRelayTest, AnAddressThatIsNotOursIsSaid) {
    const auto made = NbdRelay::start(
        {.address = "192.0.2.1", .port = 1, .server_address = "127.0.0.1", .server_port = 1},
        clock);
    ASSERT_FALSE(made);
    EXPECT_THAT(made.error().message, HasSubstr("relay on 192.0.2.1:1"));
}

} // namespace
} // namespace netswap
