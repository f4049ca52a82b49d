// SPDX-License-Identifier: GPL-2.0
#include "guest/kmsg.h"

#include <algorithm>
#include <array>

#include "lib/data_races.h"

namespace netswap::guest {

bool is_kernel_fault(std::string_view line) {
    // Whose it is only the whole report tells, which the host reads.
    if (line.starts_with(race_title))
        return false;
    static constexpr std::array<std::string_view, 7> anywhere{
        "kernel BUG at",          "general protection fault", "Unable to handle kernel",
        "suspicious RCU usage",   "scheduling while atomic",  "refcount_t:",
        "register non-static key"};
    static constexpr std::array<std::string_view, 4> at_start{
        "WARNING: ", "BUG: ", "Oops: ", "UBSAN: "};
    return std::any_of(at_start.begin(), at_start.end(),
                       [&](auto sign) { return line.starts_with(sign); }) ||
           std::any_of(anywhere.begin(), anywhere.end(),
                       [&](auto sign) { return line.find(sign) != line.npos; });
}

} // namespace netswap::guest
