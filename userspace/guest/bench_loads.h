// SPDX-License-Identifier: GPL-2.0
// What a bench measures through system calls.
#pragma once

#include "guest/bench_sample.h"

#include <memory>
#include <string>
#include <vector>

namespace netswap::guest {

struct NamedLoad {
    std::string name;
    std::uint64_t batch; ///< operations a sample
    int share;           ///< a dear one is measured this many times less often
    Load load;
};

/// All of them, ready to run. lo is up.
Result<std::vector<NamedLoad>> make_loads();

} // namespace netswap::guest
