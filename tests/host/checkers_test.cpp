// SPDX-License-Identifier: GPL-2.0
#include "lib/checkers.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "lib/qemu_command.h"
#include "lib/storm_options.h"

namespace netswap {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

constexpr const char *debug_config = "CONFIG_64BIT=y\nCONFIG_KASAN=y\n# CONFIG_KCSAN is not set\n"
                                     "CONFIG_PROVE_LOCKING=y\nCONFIG_FAULT_INJECTION_DEBUG_FS=y\n";

TEST(Checkers, AreReadFromTheConfiguration) {
    const auto checkers = read_checkers(debug_config);
    EXPECT_THAT(checkers.names, ElementsAre("KASAN", "lockdep"));
    EXPECT_TRUE(checkers.has("KASAN"));
    EXPECT_FALSE(checkers.has("KCSAN"));
    EXPECT_TRUE(checkers.fails_allocations);
    EXPECT_GT(checkers.patience(), 1);
}

TEST(Checkers, AnOrdinaryKernelHasNone) {
    const auto checkers = read_checkers("# CONFIG_KASAN is not set\nCONFIG_KASAN_STACK=y\n");
    EXPECT_THAT(checkers.names, IsEmpty());
    EXPECT_EQ(checkers.patience(), 1);
    EXPECT_FALSE(checkers.fails_allocations);
    EXPECT_THAT(checkers_of("/nowhere/config").names, IsEmpty());
}

TEST(Checkers, RefuseAGuestThatIsTooSmall) {
    const auto checkers = read_checkers(debug_config);
    EXPECT_TRUE(check_memory(checkers, "6.12-debug", 256));
    const auto refused = check_memory(checkers, "6.12-debug", 128);
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code, exit_bad_input);
    EXPECT_THAT(refused.error().message, HasSubstr("--mem 128M is too small for kernel 6.12-debug "
                                                   "with KASAN, lockdep: give at least"));
    EXPECT_TRUE(check_memory(Checkers{}, "6.12", 64));
}

TEST(Checkers, RefuseFaultsThatTheKernelCannotMake) {
    EXPECT_TRUE(check_faults(read_checkers(debug_config), "6.12-debug", "receive-fail=2"));
    EXPECT_TRUE(check_faults(Checkers{}, "6.12", "server-kill=2"));
    const auto refused = check_faults(Checkers{}, "6.12", "server-kill=2,transmit-fail=2");
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code, exit_bad_input);
    EXPECT_THAT(refused.error().message,
                HasSubstr("--faults transmit-fail: kernel 6.12 cannot make allocations fail"));
}

TEST(Checkers, StretchTheLimitsThatNobodyAskedFor) {
    StormArguments arguments;
    const auto plain = *plan_storm(arguments);
    arguments.patience = 6;
    const auto patient = *plan_storm(arguments);
    EXPECT_EQ(patient.params.hang_after_s, 6 * plain.params.hang_after_s);
    EXPECT_EQ(patient.params.timeout_s, 6 * plain.params.timeout_s);
    arguments.hang_after_s = 33;
    arguments.timeout_s = 100;
    EXPECT_EQ(plan_storm(arguments)->params.hang_after_s, 33);
    EXPECT_EQ(plan_storm(arguments)->params.timeout_s, 100);
}

TEST(Checkers, StretchTheLimitsForFaults) {
    StormArguments arguments;
    arguments.faults = "reply-stall=2:120";
    const auto plain = *plan_storm(arguments);
    EXPECT_EQ(plain.params.hang_after_s, 180);
    EXPECT_EQ(plain.params.timeout_s, 600 + 2 * 180);
    arguments.patience = 2;
    EXPECT_EQ(plan_storm(arguments)->params.hang_after_s, 240);
    EXPECT_EQ(plan_storm(arguments)->params.timeout_s, 1200 + 2 * 240);
}

TEST(Checkers, TheirFirstFindingEndsTheGuest) {
    EXPECT_THAT(kernel_command_line(false, "", true), HasSubstr(" panic_on_warn=1"));
    EXPECT_THAT(kernel_command_line(true), Not(HasSubstr("panic_on_warn")));
    EXPECT_FALSE(read_checkers("").stop_at_first());
    EXPECT_TRUE(read_checkers("CONFIG_DEBUG_KMEMLEAK=y\n").stop_at_first());
    EXPECT_FALSE(read_checkers("CONFIG_KCSAN=y\nCONFIG_PROVE_LOCKING=y\n").stop_at_first());
}

} // namespace
} // namespace netswap
