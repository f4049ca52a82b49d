// SPDX-License-Identifier: GPL-2.0
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "supervisor_fixture.h"

namespace netswap {
namespace {

using ::testing::HasSubstr;

/// Notes when it began and ended.
class FakeHostileSite final : public HostileSite {
  public:
    explicit FakeHostileSite(const Clock &clock) : clock_(clock) {}
    Status begin() override {
        begun++;
        began_ = clock_.now();
        return refuse.empty() ? Status{} : fail(refuse);
    }
    std::vector<HostileRecord> end() override {
        ends++;
        if (begun == 0 || ends > 1)
            return {};
        HostileRecord record;
        record.kind = "udp-flood";
        record.seconds = clock_.now() - began_;
        record.packets = packets;
        return {record};
    }
    int begun = 0;
    int ends = 0;
    std::uint64_t packets = 77;
    std::string refuse;

  private:
    const Clock &clock_;
    double began_ = 0;
};

std::string hostile_state(int sockets) {
    auto text = state("bare", 0);
    text.pop_back();
    return text +
           fmt::format(R"(,"hostile":{{"udp-flood":{{"sockets":{},"drops":0}}}}}})", sockets);
}

std::string phase(const std::string &name) {
    return fmt::format(R"({{"type":"phase","phase":"{}","t":1}})", name);
}

class SupervisorHostileTest : public SupervisorTest {
  protected:
    FakeHostileSite hostile{clock};

    RunRecord run_hostile() {
        StormArguments arguments;
        arguments.arms = "bare";
        arguments.hostile = "udp-flood";
        arguments.setup = "nbd-client";
        SupervisorOptions options;
        options.plan = plan_storm(arguments)->schedule().front();
        options.hostile = &hostile;
        return Supervisor(machine, clock, options).run().record;
    }
};

TEST_F(SupervisorHostileTest, TrafficLastsAsLongAsTheStorm) {
    machine.line(hello)
        .line(phase("swapon"), 5)
        .line(hostile_state(1), 1)
        .line(phase("write"), 1)
        .line(phase("verify 1"), 4)
        .line(sample(9, 10), 2)
        .line(phase("done"), 2)
        .line(phase("down"), 2)
        .line(pass, 1);
    const auto record = run_hostile();
    EXPECT_EQ(record.verdict, Verdict::pass) << record.message;
    EXPECT_EQ(hostile.begun, 1);
    ASSERT_EQ(record.hostile.size(), 1u);
    EXPECT_EQ(record.hostile[0].packets, 77u);
    EXPECT_DOUBLE_EQ(record.hostile[0].seconds, 8);
    EXPECT_EQ(record.state->hostile.at("udp-flood").at("sockets"), 1);
}

TEST_F(SupervisorHostileTest, TrafficThatWasNeverSentMakesNoHostileStorm) {
    hostile.packets = 0;
    machine.line(hello).line(hostile_state(1)).line(phase("write")).line(sample(9, 10)).line(pass);
    const auto record = run_hostile();
    EXPECT_EQ(record.verdict, Verdict::error);
    EXPECT_THAT(record.message, HasSubstr("nothing was sent for --hostile udp-flood"));
}

TEST_F(SupervisorHostileTest, AHangEndsTheTraffic) {
    machine.line(hello).line(hostile_state(1)).line(phase("write"));
    const auto record = run_hostile();
    EXPECT_EQ(record.verdict, Verdict::hang);
    ASSERT_EQ(record.hostile.size(), 1u);
    EXPECT_NEAR(record.hostile[0].seconds, 20, 1.1);
}

TEST_F(SupervisorHostileTest, AGuestThatIsNotReadyIsAnError) {
    machine.line(hello).line(hostile_state(0)).line(phase("write")).line(pass);
    const auto record = run_hostile();
    EXPECT_EQ(record.verdict, Verdict::error);
    EXPECT_THAT(record.message, HasSubstr("sockets for udp-flood is 0 in the guest"));
    EXPECT_EQ(hostile.begun, 0);
}

TEST_F(SupervisorHostileTest, TrafficThatCannotBeginIsAnError) {
    hostile.refuse = "fragments: raw socket: Operation not permitted";
    machine.line(hello).line(hostile_state(1)).line(phase("write")).line(pass);
    const auto record = run_hostile();
    EXPECT_EQ(record.verdict, Verdict::error);
    EXPECT_EQ(record.message, "--hostile: fragments: raw socket: Operation not permitted");
}

} // namespace
} // namespace netswap
