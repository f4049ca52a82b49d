// SPDX-License-Identifier: GPL-2.0
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace netswap::live {

/// One line of /proc/swaps; sizes in bytes.
struct SwapEntry {
    std::string device;
    std::uint64_t bytes = 0; ///< without the header page
    std::uint64_t used = 0;
    int prio = 0;
};

/// Lines that cannot be read are left out.
std::vector<SwapEntry> parse_swaps(std::string_view text);

} // namespace netswap::live
