// SPDX-License-Identifier: GPL-2.0
// The kernel's checkers, where it has them: what finds nothing may have looked for nothing.
#include "lab_kernel.h"
#include "skip.h"

#include "guest/kmsg.h"
#include "guest/leak_finder.h"
#include "guest/sysfile.h"

#include <catch2/catch.hpp>
#include <unistd.h>

using namespace netswap;
using namespace netswap::guest;

namespace {

const std::string planted = "planted";
const std::string parameters = "/sys/module/planted/parameters/";

} // namespace

TEST_CASE("two threads that change one variable are reported as a race") {
    if (::access("/sys/kernel/debug/kcsan", F_OK) != 0)
        return skip("this kernel does not look for races");
    const Loaded module(planted);
    auto log = Kmsg::open_at_end();
    REQUIRE(log.has_value());
    bool reported = false;
    for (int round = 0; round < 5 && !reported; ++round) {
        REQUIRE(write_text(parameters + "race", "1000").has_value());
        log->drain([&](std::string_view line) {
            reported = reported || line.find("data-race in planted_change") != line.npos;
        });
    }
    CHECK(reported);
}

TEST_CASE("memory that is lost is reported as a leak, once") {
    KernelLeakSite site;
    LeakFinder leaks(site);
    if (!leaks.there())
        return skip("this kernel does not look for leaks");
    leaks.forget();
    const Loaded module(planted);
    auto found = leaks.check();
    REQUIRE(found.has_value());
    // What was left on a stack or in a register counts as a pointer to it.
    for (int round = 0; round < 3 && found; ++round) {
        for (int piece = 0; piece < 4; ++piece)
            REQUIRE(write_text(parameters + "leak", "777").has_value());
        found = leaks.check();
    }
    REQUIRE_FALSE(found.has_value());
    INFO(found.error().message);
    CHECK(found.error().message.find("plant_leak") != std::string::npos);

    leaks.forget();
    CHECK(leaks.check().has_value());
}
