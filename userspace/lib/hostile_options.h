// SPDX-License-Identifier: GPL-2.0
#pragma once

#include "lib/storm_options.h"

namespace netswap {

/// Checks --hostile against the other options and writes it into `params`.
Status fill_hostile(const StormArguments &arguments, RunParams &params);

} // namespace netswap
