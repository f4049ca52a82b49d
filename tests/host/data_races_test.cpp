// SPDX-License-Identifier: GPL-2.0
#include "lib/data_races.h"

#include <gtest/gtest.h>

#include "lib/console_scan.h"

namespace netswap {
namespace {

/// A report with these as the functions that met.
std::string report(const std::string &one, const std::string &other) {
    return "[   12.345678] ==================================================================\n"
           "[   12.345679] BUG: KCSAN: data-race in here / there\n"
           "\n"
           "[   12.345680] write to 0xffff888003c5a0b0 of 4 bytes by task 71 on cpu 1:\n"
           "[   12.345681]  " +
           one +
           "\n"
           "[   12.345682]  caller_of_both+0x10/0x80 [netswap]\n"
           "\n"
           "[   12.345683] read to 0xffff888003c5a0b0 of 4 bytes by interrupt on cpu 0:\n"
           "[   12.345684]  " +
           other +
           "\n"
           "[   12.345685]  __alloc_pages+0x10/0x80\n"
           "\n"
           "[   12.345686] value changed: 0x00000001 -> 0x00000000\n"
           "[   12.345687] Reported by Kernel Concurrency Sanitizer on:\n"
           "[   12.345688] ==================================================================\n";
}

const std::string theirs = report("update_load+0x1/0x9", "tick+0x2/0x8");

TEST(DataRaces, NoneInAnOrdinaryLog) {
    const auto found =
        find_data_races("[    1.0] netswap: loading\nwrite to 0x1 of 4 bytes by x\n");
    EXPECT_EQ(found.ours, "");
    EXPECT_EQ(found.others, 0);
}

TEST(DataRaces, TheKernelsOwnAreCountedOnly) {
    const auto found = find_data_races(theirs + theirs);
    EXPECT_EQ(found.ours, "");
    EXPECT_EQ(found.others, 2);
    EXPECT_EQ(scan_console(theirs).fatal, "");
}

TEST(DataRaces, OneAccessInOurCodeMakesItOurs) {
    for (const auto &ours : {report("netswap_reserve_charge+0x1/0x9 [netswap]", "tick+0x2/0x8"),
                             report("tick+0x2/0x8", "rx_gfp+0x1/0x9 [sock_memalloc]"),
                             report("memreserve_throttle+0x1/0x9", "tick+0x2/0x8")}) {
        const auto found = find_data_races(theirs + ours);
        EXPECT_EQ(found.ours, "data-race in here / there") << ours;
        EXPECT_EQ(found.others, 1);
        EXPECT_EQ(scan_console(ours).fatal, "KCSAN: data-race in here / there");
    }
}

TEST(DataRaces, WhoCallsTheAccessDoesNotCount) {
    EXPECT_EQ(find_data_races(theirs).ours, "");
}

TEST(DataRaces, ReportThatWasCutOffCounts) {
    const auto whole = report("memreserve_throttle+0x1/0x9", "tick+0x2/0x8");
    EXPECT_NE(find_data_races(whole.substr(0, whole.find("read to"))).ours, "");
}

} // namespace
} // namespace netswap
