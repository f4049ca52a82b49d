// SPDX-License-Identifier: GPL-2.0
#include "lib/fault.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "fake_faults.h"
#include "fake_machine.h"
#include "lib/fault_driver.h"

namespace netswap {
namespace {

using ::testing::HasSubstr;
using ::testing::IsEmpty;

TEST(Faults, ParseAndBack) {
    const auto orders = parse_faults("server-kill=5, link-drop=2,link-carrier=1:7.5,daemon-kill=3");
    ASSERT_TRUE(orders) << orders.error().message;
    const std::vector<FaultOrder> wanted{{FaultKind::server_kill, 5, std::nullopt},
                                         {FaultKind::link_drop, 2, 5},
                                         {FaultKind::link_carrier, 1, 7.5},
                                         {FaultKind::daemon_kill, 3, std::nullopt}};
    EXPECT_EQ(*orders, wanted);
    EXPECT_EQ(faults_text(*orders), "server-kill=5,link-drop=2:5,link-carrier=1:7.5,daemon-kill=3");
    EXPECT_EQ(*parse_faults(faults_text(*orders)), *orders);
    EXPECT_EQ(fault_count(*orders), 11);
    EXPECT_THAT(*parse_faults(""), IsEmpty());
}

TEST(Faults, EveryKindHasANameAndOnlyThoseOfRepliesNeedARelay) {
    for (const auto kind : all_fault_kinds()) {
        EXPECT_EQ(fault_kind_from_string(to_string(kind)), kind);
        EXPECT_EQ(reply_fault_of(kind).has_value(),
                  to_string(kind).starts_with("reply-") || kind == FaultKind::write_error);
    }
    EXPECT_EQ(parse_faults("reply-stall=1:120")->front().seconds, 120);
    EXPECT_EQ(parse_faults("reply-drop=1")->front().seconds, 1);
}

TEST(Faults, BadSpecsSayWhatAndWhere) {
    const auto refusal = [](std::string_view text) {
        const auto orders = parse_faults(text);
        if (orders)
            return std::string("accepted");
        EXPECT_EQ(orders.error().code, exit_bad_input);
        EXPECT_EQ(orders.error().message.find('\n'), std::string::npos);
        return orders.error().message;
    };
    EXPECT_THAT(refusal("server-kill"), HasSubstr("bad fault 'server-kill': write KIND=COUNT"));
    EXPECT_THAT(refusal("disk-full=1"), HasSubstr("the kinds are server-kill"));
    for (const auto *text : {"server-kill=", "server-kill=0", "server-kill=-1", "server-kill=1x",
                             "server-kill=1001", "server-kill=1.5"})
        EXPECT_THAT(refusal(text), HasSubstr("the count goes from 1 to 1000")) << text;
    for (const auto *text : {"link-drop=1:", "link-drop=1:601", "link-drop=1:-1", "link-drop=1:nan",
                             "link-drop=1:5s", "link-drop=1:inf"})
        EXPECT_THAT(refusal(text), HasSubstr("the seconds go from 0 to 600")) << text;
    EXPECT_THAT(refusal("link-drop=1,link-drop=2"), HasSubstr("is there already"));
    EXPECT_THAT(refusal("link-drop=1,"), HasSubstr("bad fault ''"));
}

/// A storm that goes on unless the fault of the moment stops it.
class FaultDriverTest : public ::testing::Test {
  protected:
    static constexpr std::uint64_t page = 4096;

    FakeClock clock;
    FakeMachine machine{clock};
    FakeFaultSite site{clock};
    Sample now{.pswpout = FaultDriver::pages_at_first};
    std::vector<std::string> told; ///< lines to the guest, as they came

    /// Runs the storm for `limit_s` in steps of 0.1 s; the guest answers at once. After a fault
    /// pages move again `lag_s` later.
    void storm(FaultDriver &driver, double limit_s, double lag_s) {
        double stuck_until = 0;
        for (double t = 0; t < limit_s && !driver.over(); t += 0.1) {
            clock.advance(0.1);
            ASSERT_TRUE(driver.tick());
            if (machine.sent.starts_with("daemon-kill ")) {
                told.push_back(std::exchange(machine.sent, ""));
                ASSERT_TRUE(driver.daemon({"killed", 7, 0, ""}));
                EXPECT_FALSE(site.broken);
                clock.advance(0.5);
                ASSERT_TRUE(driver.daemon({"started", 0, 0, ""}));
                clock.advance(0.25);
                ASSERT_TRUE(driver.daemon({"watching", 8, 0, ""}));
            }
            if (site.broken)
                stuck_until = clock.now() + lag_s;
            now.t += 0.1;
            if (clock.now() >= stuck_until) {
                now.pswpout += 100;
                machine.add_wire(100 * page);
            }
            driver.sample(now);
        }
    }
};

TEST_F(FaultDriverTest, MakesAllOfThemOneAtATimeAndThenEndsTheStorm) {
    FaultDriver driver(*parse_faults("server-kill=3,link-drop=2:4,daemon-kill=2"), 5, site, machine,
                       clock);
    EXPECT_EQ(driver.shortfall(), "0 of 7 faults were made and healed");
    storm(driver, 300, 1);
    EXPECT_TRUE(driver.over());
    EXPECT_EQ(driver.shortfall(), "");
    EXPECT_EQ(driver.current(), "");
    EXPECT_EQ(machine.sent, "end\n");
    EXPECT_EQ(told.size(), 2u);
    EXPECT_EQ(site.overlaps, 0);
    ASSERT_EQ(site.log.size(), 10u);
    ASSERT_EQ(driver.records().size(), 7u);
    std::map<std::string, int> made;
    for (const auto &record : driver.records()) {
        made[record.kind]++;
        ASSERT_TRUE(record.recovery_s && record.after_end_s);
        EXPECT_NEAR(*record.recovery_s, record.lasted_s + *record.after_end_s, 1e-6);
        EXPECT_EQ(record.watching_s.has_value(), record.kind == "daemon-kill");
        if (record.kind == "link-drop") {
            EXPECT_NEAR(record.lasted_s, 4, 0.2);
            EXPECT_NEAR(*record.after_end_s, 1, 0.3);
        }
        if (record.kind == "server-kill") {
            EXPECT_LE(record.lasted_s, 2.2);
        }
    }
    EXPECT_EQ(made, (std::map<std::string, int>{
                        {"server-kill", 3}, {"link-drop", 2}, {"daemon-kill", 2}}));
    // The next one comes 0.5 to 3 s after the last one healed.
    for (std::size_t i = 1; i < driver.records().size(); i++) {
        const auto &before = driver.records()[i - 1];
        const double calm = driver.records()[i].t - before.t - *before.recovery_s;
        if (before.kind == "daemon-kill" || driver.records()[i].kind == "daemon-kill")
            continue; // the fake guest's clock stands still while it answers
        EXPECT_GE(calm, 0.4);
        EXPECT_LE(calm, 3.3);
    }
}

TEST_F(FaultDriverTest, TheSeedDecides) {
    const auto orders = *parse_faults("server-kill=6,daemon-kill=4");
    const auto log_of = [&](std::uint64_t seed) {
        FakeFaultSite own(clock);
        FaultDriver driver(orders, seed, own, machine, clock);
        const Sample before = std::exchange(now, Sample{.pswpout = FaultDriver::pages_at_first});
        std::vector<double> lengths;
        for (double t = 0; t < 300 && !driver.over(); t += 0.1) {
            clock.advance(0.1);
            EXPECT_TRUE(driver.tick());
            if (std::exchange(machine.sent, "").starts_with("daemon-kill ")) {
                for (const auto *event : {"killed", "started", "watching"})
                    EXPECT_TRUE(driver.daemon({event, 0, 0, ""}));
            }
            now.pswpout++;
            machine.add_wire(FaultDriver::wire_proof);
            driver.sample(now);
        }
        now = before;
        std::string kinds;
        for (const auto &record : driver.records())
            kinds += record.kind[0];
        return kinds;
    };
    EXPECT_EQ(log_of(1), log_of(1));
    EXPECT_EQ(log_of(1).size(), 10u);
    EXPECT_NE(log_of(1), log_of(2));
}

TEST_F(FaultDriverTest, NothingIsBrokenBeforeTheGuestSwaps) {
    FaultDriver driver(*parse_faults("server-kill=1"), 1, site, machine, clock);
    Sample early{.pswpout = FaultDriver::pages_at_first - 1};
    for (int i = 0; i < 100; i++) {
        clock.advance(1);
        early.touched++;
        driver.sample(early);
        ASSERT_TRUE(driver.tick());
    }
    EXPECT_THAT(site.log, IsEmpty());
}

TEST_F(FaultDriverTest, CountersWithoutTrafficAreNoHealing) {
    FaultDriver driver(*parse_faults("server-kill=2:1"), 1, site, machine, clock);
    for (int i = 0; i < 600; i++) {
        clock.advance(0.1);
        now.pswpout++;
        driver.sample(now);
        ASSERT_TRUE(driver.tick());
    }
    EXPECT_EQ(site.log.size(), 2u);
    EXPECT_FALSE(driver.records().front().recovery_s);
    EXPECT_THAT(driver.current(), HasSubstr("during server-kill (1 of 2), "));
    EXPECT_THAT(driver.current(), HasSubstr("s after it ended"));
    machine.add_wire(FaultDriver::wire_proof);
    driver.sample(now);
    EXPECT_FALSE(driver.records().front().recovery_s); // nothing moved since the last sample
    now.pswpin++;
    driver.sample(now);
    EXPECT_TRUE(driver.records().front().recovery_s);
}

TEST_F(FaultDriverTest, AFaultThatMetNothingIsNotHealed) {
    site.hit_count = 0;
    FaultDriver driver(*parse_faults("reply-drop=1"), 1, site, machine, clock);
    storm(driver, 60, 0);
    EXPECT_FALSE(driver.over());
    EXPECT_FALSE(driver.records().front().recovery_s);
    site.hit_count = 3;
    storm(driver, 60, 0);
    EXPECT_TRUE(driver.over());
    EXPECT_EQ(driver.records().front().hits, 3u);
}

TEST_F(FaultDriverTest, AllocationsThatFailAreToldByTheGuest) {
    FaultDriver driver(*parse_faults("receive-fail=1:2"), 1, site, machine, clock);
    storm(driver, 60, 0);
    EXPECT_EQ(site.log.size(), 2u);
    EXPECT_FALSE(driver.over()) << "the guest has not said how many";
    ASSERT_TRUE(driver.failed_allocations({12}));
    storm(driver, 60, 0);
    EXPECT_TRUE(driver.over());
    EXPECT_EQ(driver.records().front().hits, 12u);
}

TEST_F(FaultDriverTest, AFaultInWhichNoAllocationFailedIsAnError) {
    FaultDriver driver(*parse_faults("transmit-fail=1:2"), 1, site, machine, clock);
    storm(driver, 60, 0);
    const auto told = driver.failed_allocations({0});
    ASSERT_FALSE(told);
    EXPECT_EQ(told.error().message, "transmit-fail (1 of 1): no allocation failed");
}

TEST_F(FaultDriverTest, ADaemonThatDoesNotWatchIsNotHealed) {
    FaultDriver driver(*parse_faults("daemon-kill=1"), 1, site, machine, clock);
    driver.sample(now);
    clock.advance(4);
    ASSERT_TRUE(driver.tick());
    EXPECT_THAT(machine.sent, HasSubstr("daemon-kill "));
    ASSERT_TRUE(driver.daemon({"killed", 1, 0, ""}));
    ASSERT_TRUE(driver.daemon({"started", 0, 0, ""}));
    now.pswpout++;
    driver.sample(now);
    EXPECT_FALSE(driver.over());
    const auto failed = driver.daemon({"failed", 0, 0, "netswapd: it does not watch"});
    ASSERT_FALSE(failed);
    EXPECT_EQ(failed.error().message, "daemon-kill (1 of 1): netswapd: it does not watch");
}

TEST_F(FaultDriverTest, AFailureOfTheHostNamesTheFault) {
    FaultDriver driver(*parse_faults("link-drop=1:1"), 1, site, machine, clock);
    driver.sample(now);
    clock.advance(4);
    ASSERT_TRUE(driver.tick());
    clock.advance(2);
    site.refuse = "no such interface";
    const auto ended = driver.tick();
    ASSERT_FALSE(ended);
    EXPECT_EQ(ended.error().message, "ending link-drop: no such interface");
}

} // namespace
} // namespace netswap
