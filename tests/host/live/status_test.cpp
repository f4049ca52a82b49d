// SPDX-License-Identifier: GPL-2.0
#include "live/view/status.h"

#include <functional>

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "lib/text.h"
#include "live/fake_tree.h"
#include "live/view/units.h"

using namespace netswap;
using namespace netswap::live;

namespace {

/// Two seconds with 1 MiB in and 4 MiB out a second.
Rates busy(FakeTree &tree, Snapshot &after) {
    const auto before = *tree.snapshot();
    tree.clock.at.mono_ns += 2'000'000'000;
    tree.clock.at.wall_s += 2;
    tree.write_device(0, 2048 + 4096, 8192 + 16384);
    after = *tree.snapshot();
    return rates_between(before, after);
}

} // namespace

TEST(StatusText, ShowsAnAreaOnAHookedKernel) {
    FakeTree tree;
    tree.make_hooked();
    tree.write_zones(3000, 500);
    Snapshot after;
    const auto rates = busy(tree, after);
    after.machine.page_bytes = 4096;
    EXPECT_EQ(status_text(after, rates),
              R"(swap0  /dev/nbd0  nbd://server/export
  up          2 h 3 min, since 2023-11-14 20:10:16 UTC, by netlink
  connections 4 of 4 up
  daemon      watching, pid 812, locked in memory, reserve by io_flusher
  reconnects  3, 2 failed attempts; last recovery 0.210 s, worst 1.300 s
  swap        12.0 MiB of 512.0 MiB used, priority 5
  rate        in 1.0 MiB/s, out 4.0 MiB/s, 3 requests in flight

machine  hooked kernel, policy mainline
  reserve     2.3 MiB of 4.3 MiB left, lowest free level 160.0 KiB, emergency pool 1.0 MiB
  throttled   12 times, 1.200 s
  drops       socket 11, protocol 2, filter 3
  marked      4 sockets
  answers     gfp gfp_memalloc, slab mainline, sock mainline, throttle mainline, refill rx_reserve, user_marks sock_memalloc
)");
}

TEST(StatusText, ShowsProblemsWithTheirRemedies) {
    FakeTree tree;
    tree.write_keeper("swap0", false);
    tree.write("/sys/module/netswap_guard/parameters/refills_poll", "41\n");
    const auto text = status_text(*tree.snapshot(), {});
    EXPECT_NE(text.find("  PROBLEM     no daemon is running (it died): nobody replaces a lost "
                        "connection; start one: systemctl start netswapd@swap0, or netswapd swap0 "
                        "--detach\n"),
              std::string::npos)
        << text;
    EXPECT_NE(text.find("  daemon      not running\n"), std::string::npos);
    EXPECT_NE(text.find("  connections 4 made, nobody watches them\n"), std::string::npos);
    EXPECT_NE(text.find("  guard       refills_poll 41\n"), std::string::npos);
    EXPECT_EQ(text.find("rate"), std::string::npos);

    tree.write("/run/netswap/swap0.json", "{");
    EXPECT_EQ(status_text(*tree.snapshot(), {}).find("swap0\n  PROBLEM     "), 0U);
}

TEST(StatusText, SaysThatNobodyKeepsWhatNbdClientConnected) {
    FakeTree tree;
    tree.write_area("swap0", 0, "nbd-client");
    tree.write_keeper("swap0", false, [](LivePage &page) { page.started_ns = 0; });
    const auto text = status_text(*tree.snapshot(), {});
    EXPECT_NE(text.find("  daemon      none: what nbd-client connects, nobody can reconnect\n"),
              std::string::npos)
        << text;
    EXPECT_EQ(text.find("PROBLEM"), std::string::npos);
    EXPECT_EQ(text.find("it died"), std::string::npos);
}

TEST(StatusText, AStaleAreaHasNoNumbers) {
    FakeTree tree;
    tree.remove("/sys/block/nbd0");
    const auto text = status_text(*tree.snapshot(), {});
    EXPECT_NE(text.find("stale state: /dev/nbd0 is gone; netswap down swap0 clears what is left"),
              std::string::npos);
    EXPECT_EQ(text.find("daemon"), std::string::npos);
}

TEST(StatusJson, HasTheDocumentedMembers) {
    FakeTree tree;
    tree.make_hooked();
    Snapshot after;
    const auto rates = busy(tree, after);
    const auto json = nlohmann::json::parse(status_json(after, rates));
    EXPECT_EQ(json.at("format"), "netswap-status");
    EXPECT_EQ(json.at("version"), 1);
    EXPECT_EQ(json.at("healthy"), true);
    const auto &area = json.at("areas").at(0);
    EXPECT_EQ(area.at("name"), "swap0");
    EXPECT_EQ(area.at("swap").at("used_bytes"), 12288 * 1024);
    EXPECT_EQ(area.at("daemon").at("state"), "watching");
    EXPECT_EQ(area.at("daemon").at("connections_up"), 4);
    EXPECT_EQ(area.at("daemon").at("recoveries_seconds").size(), 2U);
    EXPECT_EQ(area.at("daemon").at("down_seconds"), nullptr);
    EXPECT_DOUBLE_EQ(area.at("rate").at("out_bytes_per_second"), 4194304.0);
    EXPECT_EQ(area.at("block_device").at("backend"), "netswap:swap0");
    const auto &machine = json.at("machine");
    EXPECT_EQ(machine.at("kernel"), "hooked");
    EXPECT_EQ(machine.at("drops").at("socket"), 11);
    EXPECT_EQ(machine.at("throttled").at("seconds"), 1.2);
    EXPECT_EQ(machine.at("reserve").at("zones").size(), 2U);
    EXPECT_EQ(machine.at("sockets").at(0).at("by"), "kernel");
    EXPECT_EQ(machine.at("counters").at("gfp_memalloc.granted"), 99);
}

TEST(StatusJson, HasNoMemberThatTheDocumentationOmits) {
    FakeTree tree;
    tree.make_hooked();
    Snapshot after;
    const auto rates = busy(tree, after);
    after.problems = {{"netlink", "text", "remedy"}};
    const auto page = read_file(NETSWAP_DOCS "/status-json.md");
    ASSERT_TRUE(page) << page.error().message;
    std::function<void(const nlohmann::json &, const std::string &)> visit =
        [&](const nlohmann::json &at, const std::string &name) {
            // Counters have names of the kernel.
            if (!at.is_structured() || name == "counters" || name == "tcp")
                return;
            for (const auto &[key, value] : at.items()) {
                if (at.is_object())
                    EXPECT_TRUE(page->find("`" + key + "`") != std::string::npos ||
                                page->find("." + key + "`") != std::string::npos)
                        << key;
                visit(value, key);
            }
        };
    visit(nlohmann::json::parse(status_json(after, rates)), "");
}

TEST(StatusJson, SaysNullWhereNothingIsKnown) {
    FakeTree tree;
    tree.write_keeper("swap0", false);
    tree.remove("/proc/swaps");
    const auto json = nlohmann::json::parse(status_json(*tree.snapshot(), {}));
    EXPECT_EQ(json.at("healthy"), false);
    const auto &area = json.at("areas").at(0);
    EXPECT_EQ(area.at("problems").at(0).at("code"), "swap_off");
    EXPECT_EQ(area.at("problems").at(1).at("code"), "daemon_not_running");
    for (const auto *member : {"swap", "rate"})
        EXPECT_TRUE(area.at(member).is_null()) << member;
    for (const auto *member : {"policy", "marked_sockets", "sockets", "rate"})
        EXPECT_TRUE(json.at("machine").at(member).is_null()) << member;
}

TEST(StatusJson, IsValidWhateverTheKernelWrites) {
    FakeTree tree;
    tree.write("/sys/block/nbd0/backend", "\xff\xfe\x01");
    const auto json = nlohmann::json::parse(status_json(*tree.snapshot(), {}), nullptr, false);
    ASSERT_FALSE(json.is_discarded());
    EXPECT_EQ(json.at("areas").at(0).at("problems").at(0).at("code"), "stale_state");
}

TEST(Units, AreAsPeopleReadThem) {
    EXPECT_EQ(size_text(0), "0 B");
    EXPECT_EQ(size_text(1023), "1023 B");
    EXPECT_EQ(size_text(1536), "1.5 KiB");
    EXPECT_EQ(size_text((1U << 20) - 1), "1.0 MiB"); // not 1024.0 KiB
    EXPECT_EQ(size_text(5ULL << 40), "5.0 TiB");
    EXPECT_EQ(short_size(0.2), "0");
    EXPECT_EQ(short_size(512), "512");
    EXPECT_EQ(short_size(9.7 * 1024), "9.7K");
    EXPECT_EQ(short_size(99.0 * 1024 * 1024), "99M");
    EXPECT_EQ(short_size(1023.9 * 1024), "1.0M");
    EXPECT_EQ(short_size(-1), "0");
    EXPECT_EQ(duration_text(0.25), "0.250 s");
    EXPECT_EQ(duration_text(59.9), "59 s");
    EXPECT_EQ(duration_text(303), "5 min 3 s");
    EXPECT_EQ(duration_text(7384), "2 h 3 min");
    EXPECT_EQ(duration_text(100 * 3600), "4 d 4 h");
    EXPECT_EQ(date_text(0), "1970-01-01 00:00:00 UTC");
    EXPECT_EQ(time_text(3661), "01:01:01");
}
