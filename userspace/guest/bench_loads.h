// SPDX-License-Identifier: GPL-2.0
// What a bench measures through system calls.
#pragma once

#include "guest/bench_sample.h"

#include <vector>

namespace netswap::guest {

/// All of them, ready to run. lo is up, the programs are there.
Result<std::vector<NamedLoad>> make_loads();

} // namespace netswap::guest
