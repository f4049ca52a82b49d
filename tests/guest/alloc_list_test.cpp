// SPDX-License-Identifier: GPL-2.0
// Whoever takes reserve memory and is not in the list of docs/forward-progress.md is counted, and
// reported once. That what is in the list is not reported: drops_test.cpp, and storms.
#include "counter.h"
#include "guest/kmsg.h"
#include "lab_kernel.h"
#include "short_of_memory.h"
#include "skip.h"

#include <string>

using namespace netswap;
using namespace netswap::guest;

namespace {

constexpr int pages = 3; // each time
constexpr int turns = 20;
const std::string check = "/sys/module/netswap/parameters/check";
const std::string taker = "/sys/module/starve_atomic/parameters/reserve";

std::uint64_t unlisted() {
    return counter("gfp_memalloc.check_unlisted");
}

struct Reports {
    int lines = 0;
    bool names_the_taker = false;
    bool has_stack = false;
};

Reports reports(Kmsg &log) {
    Reports found;
    bool ours = false;
    log.drain([&](std::string_view line) {
        if (line.find("not in the list of docs/forward-progress.md") != line.npos) {
            ours = line.find("take_from_reserve") != line.npos;
            found.lines += ours;
            found.names_the_taker |= ours;
        }
        found.has_stack |= ours && line.find("take_reserve+") != line.npos;
    });
    return found;
}

} // namespace

TEST_CASE("reserve memory that nobody listed is counted and reported once") {
    if (!complete())
        return skip(not_complete);
    const AllLoaded modules;
    const ShortOfMemory shortage;
    auto log = Kmsg::open_at_end();
    REQUIRE(log.has_value());

    // Nobody looks before check=1.
    const auto text = std::to_string(pages);
    REQUIRE(read_word(check) == "0");
    REQUIRE(write_text(taker, text).has_value());
    CHECK(unlisted() == 0);
    CHECK(reports(*log).lines == 0);

    REQUIRE(write_text(check, "1").has_value());
    // Pages that somebody frees in between are no reserve.
    for (int i = 0; i < turns && unlisted() < 2 * pages; ++i)
        REQUIRE(write_text(taker, text).has_value());
    REQUIRE(write_text(check, "0").has_value());
    CHECK(unlisted() >= 2 * pages);
    const auto seen = reports(*log);
    CHECK(seen.lines == 1);
    CHECK(seen.names_the_taker);
    CHECK(seen.has_stack);
    CHECK_FALSE(write_text(check, "perhaps").has_value());
}
