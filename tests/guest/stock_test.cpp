// SPDX-License-Identifier: GPL-2.0
// What any kernel of the lab must offer, hooked or not.
#include "guest/sysfile.h"
#include "lib/proc_parse.h"

#include <catch2/catch.hpp>

using namespace netswap;
using namespace netswap::guest;

TEST_CASE("vmstat has the counters of a storm") {
    const auto text = read_text("/proc/vmstat");
    REQUIRE(text.has_value());
    VmCounters counters;
    CHECK(parse_vmstat(*text, counters));
    CHECK(text->find("pgscan_direct_throttle ") != std::string::npos);
    CHECK(text->find("allocstall_") != std::string::npos);
}

TEST_CASE("zoneinfo has ordered watermarks") {
    const auto text = read_text("/proc/zoneinfo");
    REQUIRE(text.has_value());
    ZoneTable table;
    REQUIRE(parse_zoneinfo(*text, table));
    for (std::size_t i = 0; i < table.count; ++i) {
        const auto &zone = table.zones[i];
        INFO(zone.name.data());
        CHECK(zone.min > 0);
        CHECK(zone.min < zone.low);
        CHECK(zone.low < zone.high);
        CHECK(zone.free <= zone.managed);
    }
}

TEST_CASE("netstat counts marked packets that were dropped") {
    const auto text = read_text("/proc/net/netstat");
    REQUIRE(text.has_value());
    CHECK(parse_netstat(*text, "TcpExt", "PFMemallocDrop").has_value());
}

TEST_CASE("transparent huge pages are off") {
    const auto text = read_text("/sys/kernel/mm/transparent_hugepage/enabled");
    if (text)
        CHECK(parse_choice(*text) == "never");
    else
        SUCCEED("built without them");
}
