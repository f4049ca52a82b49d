// SPDX-License-Identifier: GPL-2.0
#pragma once

#include <string>
#include <vector>

#include "lib/result.h"

namespace netswap::live {

/// Runs a program of PATH to its end, at most `limit_s`. The error holds the last line that it
/// wrote: "modprobe: FATAL: Module x not found".
Status run_program(const std::vector<std::string> &words, double limit_s);

} // namespace netswap::live
