// SPDX-License-Identifier: GPL-2.0
#include "lib/boot_console.h"

#include <algorithm>

#include <gtest/gtest.h>

using namespace netswap;

namespace {

/// A console as it should be; one of its lines can be replaced.
std::string console(const std::string &replace = "", const std::string &by = "") {
    std::string text;
    for (const std::string line : {
             "[ 90.1] systemd[1]: Stopping netswap@swap0.service - Network swap area swap0...",
             "[ 91.0] netswap[411]: netswap: swap0: 80 MiB to bring back",
             "[ 92.8] systemd[1]: dev-nbd0.swap: Deactivated successfully.",
             "[ 92.9] systemd[1]: netswapd@swap0.service: Deactivated successfully.",
             "[ 93.2] systemd[1]: Stopped netswap@swap0.service - Network swap area swap0.",
             "[ 93.4] systemd[1]: Stopping systemd-networkd.service - Network Configuration...",
             "[ 93.5] systemd[1]: Stopped netswapd@swap0.service - Keeper of swap0.",
             "[ 93.9] systemd[1]: Reached target shutdown.target - System Shutdown.",
             "[ 94.5] systemd-shutdown[1]: All swaps deactivated.",
             "[ 95.0] reboot: Power down",
         })
        text += (line.find(replace) != std::string::npos && !replace.empty() ? by : line) + "\n";
    return text;
}

/// Names of the checks that fail.
std::vector<std::string> failing(const std::string &text) {
    std::vector<std::string> names;
    for (const auto &check : check_power_off(text, "swap0", "systemd-networkd.service"))
        if (!check.ok)
            names.push_back(check.name);
    return names;
}

using Names = std::vector<std::string>;

} // namespace

TEST(BootConsole, IsContentWithAGoodEnd) {
    EXPECT_EQ(failing(console()), Names{});
}

TEST(BootConsole, FindsNothingGoodInSilence) {
    EXPECT_EQ(failing("").size(), 4U);
}

TEST(BootConsole, WantsTheAreaDownBeforeTheNetwork) {
    const auto early = "[ 80.0] systemd[1]: Stopping systemd-networkd.service - Network...\n" +
                       console("Stopping systemd-networkd", "");
    EXPECT_EQ(failing(early), Names{"the area is down before the network"});
}

TEST(BootConsole, WantsTheKeeperUntilTheSwapIsOff) {
    const auto early = "[ 80.0] systemd[1]: netswapd@swap0.service: Deactivated successfully.\n" +
                       console("netswapd@swap0.service: Deactivated", "");
    EXPECT_EQ(failing(early), Names{"the keeper stays until the swap is off"});
}

TEST(BootConsole, SeesAKill) {
    EXPECT_EQ(failing(console("80 MiB", "[ 92] systemd[1]: netswapd@swap0.service: Killing process "
                                        "77 (netswapd) with signal SIGKILL.")),
              Names{"neither area nor keeper is killed or fails"});
    EXPECT_EQ(failing(console("80 MiB", "[ 92] systemd[1]: netswap@swap0.service: Failed with "
                                        "result 'oom-kill'.")),
              Names{"neither area nor keeper is killed or fails"});
    // Before the machine is switched off the scenario itself kills the keeper.
    EXPECT_EQ(failing("[ 50] systemd[1]: netswapd@swap0.service: Main process exited, "
                      "code=killed, status=9/KILL\n" +
                      console()),
              Names{});
}

TEST(BootConsole, SeesSwapThatIsLeft) {
    EXPECT_EQ(failing(console("All swaps", "[ 94] systemd-shutdown[1]: Deactivating swap "
                                           "/dev/nbd0.")),
              Names{"no swap is left for the last moment"});
}

TEST(BootConsole, SeesCyclesErrorsAndFaults) {
    EXPECT_EQ(failing("[ 5] systemd[1]: sysinit.target: Found ordering cycle on swap.target\n" +
                      console()),
              Names{"no ordering cycle"});
    EXPECT_EQ(failing("[ 60] I/O error, dev nbd0, sector 8 op 0x1:(WRITE)\n" + console()),
              Names{"no I/O error of swap"});
    EXPECT_EQ(failing("[ 60] kernel BUG at mm/swapfile.c:1!\n" + console()),
              Names{"the kernel does not complain"});
}

TEST(BootConsole, WantsAPowerOff) {
    EXPECT_EQ(failing(console("reboot:", "")), Names{"the kernel switches the machine off"});
}
