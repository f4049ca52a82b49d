// SPDX-License-Identifier: GPL-2.0
#include "guest/leak_report.h"

#include <gtest/gtest.h>

using netswap::guest::leaks_in_words;

namespace {

constexpr const char *two_leaks = R"(unreferenced object 0xffff888003d21400 (size 512):
  comm "modprobe", pid 91, jiffies 4294901760
  hex dump (first 32 bytes):
    00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00  ................
  backtrace (crc 2b7c0e5d):
    kmalloc_trace_noprof+0x1c/0x90
    group_new+0x44/0x100 [netswap]
    tree_init+0x9/0x20 [netswap]
    do_one_initcall+0x59/0x300
    do_init_module+0x60/0x220
unreferenced object 0xffff888003d21800 (size 64):
  comm "modprobe", pid 91, jiffies 4294901761
  backtrace (crc 0):
    kmalloc_trace_noprof+0x1c/0x90
)";

} // namespace

TEST(LeakReport, NothingIsSaidOfNothing) {
    EXPECT_EQ(leaks_in_words(""), "");
}

TEST(LeakReport, TheFirstIsToldWithItsCallers) {
    EXPECT_EQ(leaks_in_words(two_leaks),
              "2 leaks, the first: 0xffff888003d21400 (size 512), by kmalloc_trace_noprof < "
              "group_new < tree_init < do_one_initcall");
}

TEST(LeakReport, OlderKernelsPrintAddressesInFront) {
    EXPECT_EQ(leaks_in_words("unreferenced object 0xffff8880 (size 8):\n  backtrace:\n"
                             "    [<00000000c5a7d9b1>] kmalloc+0x1/0x2\n"),
              "1 leak: 0xffff8880 (size 8), by kmalloc");
}

TEST(LeakReport, AReportThatIsCutShortIsStillALeak) {
    EXPECT_EQ(leaks_in_words("unreferenced object 0xff"), "1 leak: 0xff");
}
