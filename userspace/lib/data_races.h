// SPDX-License-Identifier: GPL-2.0
#pragma once

#include <string>
#include <string_view>

namespace netswap {

/// What a kernel with KCSAN reported on its console. It reports its own races too, of which it has
/// many and most do no harm; a race is ours when one of its two accesses is in our code.
struct DataRaces {
    std::string ours; ///< the first of them, "" if there is none: "data-race in foo / bar"
    int others = 0;
};

DataRaces find_data_races(std::string_view console);

/// How the line begins with which a report begins.
inline constexpr std::string_view race_title = "BUG: KCSAN: ";

} // namespace netswap
