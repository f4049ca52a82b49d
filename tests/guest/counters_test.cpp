// SPDX-License-Identifier: GPL-2.0
// The counters of the modules, over generic netlink.
#include "guest/counter_source.h"
#include "lab_kernel.h"
#include "skip.h"

#include <set>

using namespace netswap;
using namespace netswap::guest;

namespace {

/// The mechanisms that count anything now: the part before the dot.
std::set<std::string> counting_mechanisms() {
    NetlinkCounters source;
    const auto counters = source.read();
    REQUIRE(counters.has_value());
    std::set<std::string> names;
    for (const auto &[name, value] : *counters)
        names.insert(name.substr(0, name.find('.')));
    return names;
}

} // namespace

TEST_CASE("there are no counters without the core") {
    CHECK(counting_mechanisms().empty());
}

TEST_CASE("each mechanism counts while it is loaded") {
    if (!complete())
        return skip(not_complete);
    const Loaded keep(std::string{core_module});
    for (const auto &mechanism : mechanisms) {
        INFO(mechanism.module);
        {
            const Loaded one(mechanism.module);
            CHECK(counting_mechanisms().contains(mechanism.module));
        }
        CHECK_FALSE(counting_mechanisms().contains(mechanism.module));
    }
}

TEST_CASE("names of counters are unique") {
    if (!complete())
        return skip(not_complete);
    const Loaded keep(std::string{core_module});
    for (const auto &mechanism : mechanisms) {
        const Loaded one(mechanism.module);
        NetlinkCounters source;
        const auto counters = source.read();
        REQUIRE(counters.has_value());
        std::set<std::string> names;
        for (const auto &[name, value] : *counters) {
            INFO(name);
            CHECK(names.insert(name).second);
        }
    }
}
