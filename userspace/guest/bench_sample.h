// SPDX-License-Identifier: GPL-2.0
// Counting instructions from user space.
#pragma once

#include "guest/base.h"
#include "guest/messages.h"

#include <functional>

namespace netswap::guest {

/// Makes one sample of the operation; nothing that it prepares is made anew each time.
using Load = std::function<Result<void>()>;

struct NamedLoad {
    std::string name;
    std::uint64_t batch; ///< operations a sample
    Load load;
    int share = 4;   ///< a dear one is measured this many times less often
    int warm_up = 8; ///< samples that are not counted
    Load before{};   ///< runs before each sample, and is not counted
};

/// The time stamp counter; of instructions with QEMU's -icount shift=0.
std::uint64_t instructions_now();

/// An error unless the counter counts the instructions of a loop, exactly.
Result<void> check_counter();

/// Measures it so many times (its share does not matter here), after some that warm up. A timer
/// tick makes a sample larger; minimum and median do without.
Result<Count> count_load(const NamedLoad &load, int samples);

/// Parses what netswap_bench says: NAME BATCH SAMPLES MINIMUM MEDIAN.
Result<Count> parse_count(const std::string &line);

} // namespace netswap::guest
