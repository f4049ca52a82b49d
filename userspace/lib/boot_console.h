// SPDX-License-Identifier: GPL-2.0
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace netswap {

/// One thing that was looked at; `detail` says what was found if it is not as it should be.
struct BootCheck {
    std::string name;
    bool ok = false;
    std::string detail;
};

/// Reads what the kernel and systemd printed while a machine with the swap area `area` was switched
/// off: the area goes before the network, its keeper after the area, nobody is killed, nothing is
/// left for systemd-shutdown, and the kernel has nothing to complain about. `network` is the unit
/// that takes the network down.
std::vector<BootCheck> check_power_off(std::string_view console, std::string_view area,
                                       std::string_view network);

} // namespace netswap
