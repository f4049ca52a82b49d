// SPDX-License-Identifier: GPL-2.0
// What `netswap status` and `netswap events` see of a real kernel.
#include "lab_kernel.h"
#include "live/view/event_feed.h"
#include "live/view/this_machine.h"
#include "skip.h"

#include <chrono>

using namespace netswap;
using namespace netswap::guest;

namespace {

live::Snapshot look() {
    auto snapshot = live::take_snapshot(live::ThisMachine().sources());
    INFO((snapshot ? "" : snapshot.error().message));
    REQUIRE(snapshot.has_value());
    return *snapshot;
}

std::string answerer(const live::Snapshot &snapshot, const std::string &question) {
    for (const auto &one : snapshot.protection.protections)
        if (one.question == question)
            return one.answerer;
    return "not asked";
}

} // namespace

TEST_CASE("a snapshot sees this kernel") {
    const auto snapshot = look();
    CHECK(snapshot.protection.hooked == hooked());
    CHECK(snapshot.areas.empty());
    CHECK(snapshot.healthy());
    CHECK(snapshot.machine.min_pages() > 0);
    CHECK(snapshot.machine.reserve_pages() <= snapshot.machine.min_pages());
    CHECK_FALSE(snapshot.machine.tcp.empty());
}

TEST_CASE("a snapshot tells which modules answer") {
    if (!complete())
        return skip(not_complete);
    {
        const AllLoaded all;
        const auto snapshot = look();
        REQUIRE(snapshot.family.has_value());
        for (const auto &mechanism : mechanisms)
            CHECK(answerer(snapshot, mechanism.group) == mechanism.module);
        CHECK(answerer(snapshot, "user_marks") == "sock_memalloc");
        CHECK(snapshot.family->mechanisms.size() == mechanisms.size());
        CHECK(snapshot.family->policy == reserve("policy"));
        CHECK(snapshot.family->counter("gfp_memalloc.granted").has_value());
        CHECK(snapshot.throttled_us().has_value());
        CHECK(snapshot.marked_sockets() == std::optional<std::uint64_t>(0));
        CHECK(snapshot.family->sockets.has_value());
    }
    const auto without = look();
    CHECK_FALSE(without.family.has_value());
    for (const auto &mechanism : mechanisms)
        CHECK(answerer(without, mechanism.group) == reserve("policy"));
}

TEST_CASE("a module that attaches is an event, even when the family came later") {
    if (!complete())
        return skip(not_complete);
    auto feed = live::NetlinkFeed::open();
    REQUIRE(feed.has_value());
    CHECK_FALSE((*feed)->missing().empty());
    const Loaded core(std::string{core_module});
    REQUIRE((*feed)->next(0).has_value()); // joins the group
    const Loaded throttle("reclaim_throttle");
    std::string seen;
    const auto until = std::chrono::steady_clock::now() + std::chrono::seconds(20);
    while (seen.empty() && std::chrono::steady_clock::now() < until) {
        const auto events = (*feed)->next(500);
        REQUIRE(events.has_value());
        for (const auto &event : *events)
            if (event.kind == "mechanism_attached")
                seen = event.subject;
    }
    CHECK(seen == "reclaim_throttle");
}
