// SPDX-License-Identifier: GPL-2.0
// The model's findings, and that the model itself can fail: each rule of netswap is taken away
// once.
#include "model/story.h"
#include "model/table.h"

#include <algorithm>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "lib/text.h"

namespace netswap::model {
namespace {

using ::testing::Contains;
using ::testing::Each;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

constexpr std::size_t limit = 2'000'000;

Findings explore(const Rules &rules, const Sizes &sizes = {}) {
    const auto findings = Explorer(World(rules, sizes)).explore(limit);
    EXPECT_TRUE(findings);
    return findings.value_or(Findings{});
}

Sizes with_hostile() {
    Sizes sizes;
    sizes.hostile = true;
    return sizes;
}

Sizes with_loss() {
    Sizes sizes;
    sizes.loss = true;
    return sizes;
}

/// Does the step lead from this state to the next? Then the trace is one that the world allows.
bool follows(const World &world, const State &from, const Step &step) {
    bool found = false;
    world.each_step(from, [&](const Step &possible) {
        found |= possible.act == step.act && possible.next == step.next;
    });
    return found;
}

TEST(Model, EveryStateHasItsOwnKey) {
    State state;
    state.free = 17;
    state.ring = 4;
    state.ring_charged = 3;
    state.kept = 3;
    state.kept_charged = 6;
    state.users = 2;
    state.threads = 1;
    state.unacked = 12;
    state.unanswered = 9;
    state.lost = 11;
    state.holder = Holder::worker;
    state.refill = Refill::sending;
    state.stack = {InStack{Packet::ack, 1}, InStack{Packet::hostile, 2}};
    EXPECT_EQ(unpack(pack(state)), state);
    EXPECT_EQ(unpack(pack(State{})), State{});
}

TEST(Model, MainlineEndsInTheCycleThatTheLabPrints) {
    const World world(mainline(), Sizes{});
    const auto findings = explore(mainline());

    EXPECT_TRUE(findings.stuck);
    EXPECT_THAT(
        who_waits(world, findings),
        ElementsAre("refill_work has NAPI disabled: in direct reclaim, waits for nbd tx_lock",
                    "nbd tx_lock is held by kswapd, which waits for socket buffer space, that is "
                    "for an ACK",
                    "the ACK cannot be received: NAPI is disabled until refill_work is done"));
    // Receive is lost with the step that switches it off, not before.
    ASSERT_GE(findings.point_of_no_return, 1u);
    EXPECT_EQ(findings.trace[findings.point_of_no_return - 1].act, Act::worker_starts);
}

TEST(Model, ATraceIsAWayThatTheWorldAllows) {
    for (const auto &arm : arms()) {
        const World world(arm.rules, with_hostile());
        const auto findings = explore(arm.rules, with_hostile());
        auto state = world.start();
        for (const auto &step : findings.trace) {
            ASSERT_TRUE(follows(world, state, step)) << arm.name << ": " << in_words(step);
            state = step.next;
        }
        EXPECT_EQ(findings.trace.empty(), arm.name.starts_with("netswap"));
    }
}

TEST(Model, BareAndMainlineDeadlock) {
    for (const auto &sizes : {Sizes{}, with_hostile()}) {
        EXPECT_FALSE(explore(bare(), sizes).progress());
        EXPECT_FALSE(explore(mainline(), sizes).progress());
    }
    EXPECT_THAT(tell(explore(bare())), Contains(HasSubstr("gets no head: it is lost")));
}

/// Rings, CPUs, tasks, kernel threads.
using Shape = std::tuple<int, int, int, int>;

class NetswapModel : public ::testing::TestWithParam<Shape> {};

TEST_P(NetswapModel, FromEveryStateACompletionCanBeReached) {
    Sizes sizes;
    std::tie(sizes.ring, sizes.cpus, sizes.users, sizes.threads) = GetParam();
    for (const bool hostile : {false, true}) {
        if (hostile && sizes.cpus > 1)
            continue; // millions of states: netswap-model --cpus 2
        sizes.hostile = hostile;
        const auto findings = explore(netswap(), sizes);
        EXPECT_GT(findings.states, 1000u);
        EXPECT_FALSE(findings.stuck);
        EXPECT_EQ(findings.trapped, 0u);
        EXPECT_EQ(findings.losing, 0u) << "an answer was lost for want of memory";
        EXPECT_EQ(findings.share_taken, 0u) << "receive's share was taken";
    }
}

INSTANTIATE_TEST_SUITE_P(Shapes, NetswapModel,
                         ::testing::Values(Shape{2, 1, 1, 1}, Shape{1, 1, 1, 1}, Shape{1, 2, 1, 1},
                                           Shape{1, 1, 2, 2}, Shape{2, 1, 0, 1}));

TEST(Model, EachRuleBringsTheDeadlockBackWhenItIsRemoved) {
    // Those that the others make superfluous: with receive's share kept, no refill fails; a loss is
    // ended by repetition or by the timer; and holding tasks back early only spreads the memory.
    const std::vector<std::string> not_needed{"netswap - refill_never_waits",
                                              "netswap - repeat_uses_reserve",
                                              "netswap - request_timer", "netswap - throttle"};
    for (const auto &arm : ablations()) {
        const bool needed =
            std::find(not_needed.begin(), not_needed.end(), arm.name) == not_needed.end();
        const bool passes = explore(arm.rules, with_hostile()).progress() &&
                            explore(arm.rules, with_loss()).progress();
        EXPECT_EQ(passes, !needed) << arm.name;
    }
}

TEST(Model, LossesNeedTheTimerOrARepetitionFromTheReserve) {
    auto rules = netswap();
    rules.repeat_uses_reserve = false;
    const auto timed = explore(rules, with_loss());
    EXPECT_TRUE(timed.progress());
    EXPECT_EQ(timed.losing, 0u);
    EXPECT_EQ(timed.share_taken, 0u);
    rules.request_timer = false;
    const auto findings = explore(rules, with_loss());
    EXPECT_TRUE(findings.stuck);
    EXPECT_THAT(who_waits(World(rules, with_loss()), findings),
                Contains(HasSubstr("to send one again, TCP gets none")));
    rules.repeat_uses_reserve = true;
    EXPECT_TRUE(explore(rules, with_loss()).progress());
}

TEST(Model, StrangersAreHarmlessUnlessTheyStay) {
    auto rules = netswap();
    rules.strangers_dropped = false;
    EXPECT_TRUE(explore(rules).progress());
    EXPECT_FALSE(explore(rules, with_hostile()).progress());
}

TEST(Model, ARefillThatWaitsIsTheWayIntoMainlinesCycle) {
    auto rules = mainline();
    rules.refill_never_waits = true;
    const auto findings = explore(rules);
    for (const auto &step : findings.trace)
        EXPECT_NE(step.act, Act::worker_reclaims);
}

TEST(Model, TooSmallALimitIsAnErrorAndNoVerdict) {
    const auto findings = Explorer(World(netswap(), {})).explore(100);
    ASSERT_FALSE(findings);
    EXPECT_THAT(findings.error().message, HasSubstr("more than 100 states"));
    EXPECT_EQ(findings.error().code, exit_bad_input);
}

TEST(Model, ArmsHaveNames) {
    EXPECT_EQ(arm_named("netswap")->rules, netswap());
    EXPECT_FALSE(arm_named("netswap - throttle")->rules.throttle);
    EXPECT_THAT(arm_named("tabula rasa").error().message, HasSubstr("'mainline'"));
}

TEST(Model, ThePageShowsWhatTheModelFinds) {
    const auto page = read_file(NETSWAP_DOCS "/forward-progress.md");
    ASSERT_TRUE(page) << page.error().message;
    const auto found = table(Sizes{}, limit);
    ASSERT_TRUE(found) << found.error().message;
    EXPECT_THAT(*page, HasSubstr(*found));
    const auto told = trace(*arm_named("mainline"), Sizes{}, limit);
    for (const auto line : split(*told, '\n'))
        EXPECT_THAT(*page, HasSubstr(std::string(line)));
}

} // namespace
} // namespace netswap::model
