// SPDX-License-Identifier: GPL-2.0
#pragma once

#include <string>

#include "bench/record.h"

namespace netswap::bench {

/// A line for each operation: the baseline's instructions, and for each other arm what it adds, in
/// instructions and per cent. What programs do has a table of its own, in thousands and as a ratio.
/// In colour what adds something stands out.
std::string render_bench_table(const BenchRecord &record, bool colour);

} // namespace netswap::bench
