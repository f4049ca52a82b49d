// SPDX-License-Identifier: GPL-2.0
#include "lib/traffic_generator.h"

#include <atomic>

#include <arpa/inet.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <netinet/ip.h>
#include <poll.h>
#include <sys/socket.h>

#include "fake_machine.h"
#include "lib/connection_traffic.h"
#include "lib/datagram_traffic.h"
#include "lib/fragment_traffic.h"
#include "lib/stream_traffic.h"
#include "lib/traffic_pace.h"

namespace netswap {
namespace {

using ::testing::HasSubstr;

TEST(TrafficPace, SpreadsStepsOverTime) {
    TrafficPace pace(1000, 5000, 10);
    EXPECT_EQ(pace.due(10), 0u);
    EXPECT_EQ(pace.due(10.0015), 1u);
    std::uint64_t sent = 0;
    for (int i = 0; i < 1000; i++)
        sent += pace.due(10.0015 + (i + 1) * 0.001);
    EXPECT_NEAR(static_cast<double>(sent), 1000, 1);
}

TEST(TrafficPace, DoesNotMakeUpForLongSleep) {
    TrafficPace pace(1000, 5000, 0);
    EXPECT_EQ(pace.due(3), 100u);
    EXPECT_EQ(pace.due(3), 0u);
}

TEST(TrafficPace, SlowRatesGetThere) {
    TrafficPace pace(2, 5000, 0);
    std::uint64_t sent = 0;
    for (int i = 1; i <= 100; i++)
        sent += pace.due(i * 0.05);
    EXPECT_NEAR(static_cast<double>(sent), 10, 1);
}

TEST(TrafficPace, EndsAtItsBound) {
    TrafficPace pace(1000, 150, 0);
    EXPECT_EQ(pace.due(0.1), 100u);
    EXPECT_FALSE(pace.exhausted());
    EXPECT_EQ(pace.due(0.2), 50u);
    EXPECT_TRUE(pace.exhausted());
    EXPECT_EQ(pace.due(9), 0u);
}

/// Counts its steps.
class FakeTraffic final : public Traffic {
  public:
    FakeTraffic(HostileKind kind, double rate, std::uint64_t most, std::string refuse = "")
        : kind_(kind), rate_(rate), most_(most), refuse_(std::move(refuse)) {}
    [[nodiscard]] HostileKind kind() const override { return kind_; }
    Status open() override { return refuse_.empty() ? Status{} : fail(refuse_); }
    void step() override {
        count_.packets++;
        count_.bytes += 10;
    }
    [[nodiscard]] const TrafficCount &count() const override { return count_; }
    [[nodiscard]] double rate() const override { return rate_; }
    [[nodiscard]] std::uint64_t most() const override { return most_; }

  private:
    HostileKind kind_;
    double rate_;
    std::uint64_t most_;
    std::string refuse_;
    TrafficCount count_;
};

TEST(TrafficGenerator, SendsEachKindAtItsPaceUntilItsBound) {
    FakeClock clock;
    std::atomic<int> rounds{0};
    std::vector<std::unique_ptr<Traffic>> traffic;
    traffic.push_back(std::make_unique<FakeTraffic>(HostileKind::udp_flood, 1000, 1000000));
    traffic.push_back(std::make_unique<FakeTraffic>(HostileKind::fragments, 100, 5));
    TrafficGenerator generator(std::move(traffic), clock, 1, [&] {
        if (rounds < 100)
            clock.advance(0.01); // only the generator's thread reads and moves it meanwhile
        ++rounds;
    });
    ASSERT_TRUE(generator.start());
    while (rounds < 110)
        std::this_thread::yield();
    const auto records = generator.stop();
    ASSERT_EQ(records.size(), 2u);
    EXPECT_EQ(records[0].kind, "udp-flood");
    EXPECT_NEAR(static_cast<double>(records[0].packets), 1000, 2);
    EXPECT_EQ(records[0].bytes, records[0].packets * 10);
    EXPECT_FALSE(records[0].exhausted);
    EXPECT_NEAR(records[0].seconds, 1, 0.001);
    EXPECT_EQ(records[1].kind, "fragments");
    EXPECT_EQ(records[1].packets, 5u);
    EXPECT_TRUE(records[1].exhausted);
    EXPECT_TRUE(generator.stop().empty());
}

TEST(TrafficGenerator, SendsLessToASlowGuest) {
    FakeClock clock;
    std::atomic<int> rounds{0};
    std::vector<std::unique_ptr<Traffic>> traffic;
    traffic.push_back(std::make_unique<FakeTraffic>(HostileKind::udp_flood, 1200, 1000000));
    TrafficGenerator generator(std::move(traffic), clock, 6, [&] {
        if (rounds < 100)
            clock.advance(0.01);
        ++rounds;
    });
    ASSERT_TRUE(generator.start());
    while (rounds < 110)
        std::this_thread::yield();
    EXPECT_NEAR(static_cast<double>(generator.stop().at(0).packets), 200, 2);
}

TEST(TrafficGenerator, NamesTheKindThatCannotBeOpened) {
    FakeClock clock;
    std::vector<std::unique_ptr<Traffic>> traffic;
    traffic.push_back(std::make_unique<FakeTraffic>(HostileKind::fragments, 1, 1, "raw: no right"));
    TrafficGenerator generator(std::move(traffic), clock);
    const auto started = generator.start();
    ASSERT_FALSE(started);
    EXPECT_EQ(started.error().message, "fragments: raw: no right");
    EXPECT_TRUE(generator.stop().empty());
}

/// A socket on the loopback, bound to a port of the kernel's choice.
struct Receiver {
    explicit Receiver(int type) : socket(::socket(AF_INET, type | SOCK_NONBLOCK, 0)) {
        sockaddr_in address{};
        address.sin_family = AF_INET;
        address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        ::bind(socket.get(), reinterpret_cast<sockaddr *>(&address), sizeof address);
        if (type == SOCK_STREAM)
            ::listen(socket.get(), 16);
        socklen_t size = sizeof address;
        ::getsockname(socket.get(), reinterpret_cast<sockaddr *>(&address), &size);
        port = ntohs(address.sin_port);
    }
    [[nodiscard]] bool readable() const {
        pollfd wait{socket.get(), POLLIN, 0};
        return ::poll(&wait, 1, 2000) == 1;
    }
    Fd socket;
    std::uint16_t port = 0;
};

TEST(DatagramTraffic, TakesTheAddressesInTurn) {
    const Receiver receiver(SOCK_DGRAM);
    DatagramTraffic traffic({.addresses = {"127.0.0.1", "127.0.0.2"},
                             .port = receiver.port,
                             .bytes = 700,
                             .rate = 1,
                             .most = 1});
    ASSERT_TRUE(traffic.open());
    for (int i = 0; i < 3; i++)
        traffic.step();
    ASSERT_TRUE(receiver.readable());
    char buffer[2000];
    EXPECT_EQ(::recv(receiver.socket.get(), buffer, sizeof buffer, 0), 700);
    EXPECT_EQ(::recv(receiver.socket.get(), buffer, sizeof buffer, 0), 700);
    EXPECT_LT(::recv(receiver.socket.get(), buffer, sizeof buffer, 0), 0); // the other one's
    EXPECT_EQ(traffic.count().packets, 3u);
    EXPECT_EQ(traffic.count().bytes, 2100u);
}

TEST(DatagramTraffic, CountsWhatIsNotTaken) {
    DatagramTraffic traffic(
        {.addresses = {"255.255.255.255"}, .port = 9, .bytes = 8, .rate = 1, .most = 1});
    ASSERT_TRUE(traffic.open());
    traffic.step(); // a broadcast without the right to send one
    EXPECT_EQ(traffic.count().packets, 0u);
    EXPECT_EQ(traffic.count().refused, 1u);
    DatagramTraffic nowhere({.addresses = {"guest"}});
    EXPECT_THAT(nowhere.open().error().message, HasSubstr("'guest' is not an IPv4 address"));
}

TEST(StreamTraffic, FillsWindowsAndReplacesStuckStreams) {
    const Receiver receiver(SOCK_STREAM);
    FakeClock clock;
    StreamTraffic traffic({.address = "127.0.0.1",
                           .port = receiver.port,
                           .streams = 2,
                           .rate = 1,
                           .most = 1,
                           .stuck_s = 3},
                          clock);
    ASSERT_TRUE(traffic.open());
    EXPECT_EQ(traffic.count().connections, 2u);
    ASSERT_TRUE(receiver.readable());
    std::uint64_t before = 0;
    do { // until both windows are shut
        before = traffic.count().bytes;
        for (int i = 0; i < 2000; i++)
            traffic.step();
    } while (traffic.count().bytes > before);
    EXPECT_GT(before, 2u * 16 << 10);
    EXPECT_EQ(traffic.count().connections, 2u);
    clock.advance(3);
    for (int i = 0; i < 4; i++)
        traffic.step();
    EXPECT_EQ(traffic.count().connections, 4u);
    EXPECT_GT(traffic.count().bytes, before);
}

TEST(ConnectionTraffic, OpensGreetsAndCloses) {
    const Receiver receiver(SOCK_STREAM);
    ConnectionTraffic traffic(
        {.address = "127.0.0.1", .port = receiver.port, .open_at_a_time = 1, .rate = 1, .most = 1});
    ASSERT_TRUE(traffic.open());
    traffic.step();
    ASSERT_TRUE(receiver.readable());
    const Fd accepted(::accept(receiver.socket.get(), nullptr, nullptr));
    traffic.step();
    EXPECT_EQ(traffic.count().connections, 2u);
    EXPECT_EQ(traffic.count().packets, 1u);
    char buffer[100];
    const auto got = ::recv(accepted.get(), buffer, sizeof buffer, 0);
    EXPECT_EQ(static_cast<std::uint64_t>(got), traffic.count().bytes);
    EXPECT_EQ(::recv(accepted.get(), buffer, sizeof buffer, 0), 0); // closed
}

TEST(FragmentTraffic, PromisesMore) {
    in_addr to{};
    ::inet_pton(AF_INET, "10.77.0.2", &to);
    const auto packet = first_fragment(to, 0x1234, 1400);
    ASSERT_EQ(packet.size(), 1420u);
    EXPECT_EQ(packet[0], 0x45);
    EXPECT_EQ(packet[4] << 8 | packet[5], 0x1234);
    EXPECT_EQ(packet[6] & 0x20, 0x20);                 // more fragments
    EXPECT_EQ((packet[6] & 0x1f) << 8 | packet[7], 0); // and this is the first
    EXPECT_EQ(packet[9], IPPROTO_UDP);
    EXPECT_EQ(packet[16], 10);
    EXPECT_EQ(packet[19], 2);
    EXPECT_GT(packet[24] << 8 | packet[25], 1400); // the datagram is longer
}

TEST(Traffic, EveryKindThatSendsHasABound) {
    const auto all = make_traffic({hostile_kinds.begin(), hostile_kinds.end()});
    EXPECT_EQ(all.size(), 7u);
    for (const auto &traffic : all) {
        EXPECT_GT(traffic->rate(), 0);
        EXPECT_LE(traffic->rate(), 10000);
        EXPECT_GT(traffic->most(), 0u);
        EXPECT_LE(static_cast<double>(traffic->most()), traffic->rate() * 600);
    }
    EXPECT_TRUE(make_traffic({HostileKind::jumbo, HostileKind::memcg, HostileKind::loss5}).empty());
}

} // namespace
} // namespace netswap
