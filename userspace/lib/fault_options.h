// SPDX-License-Identifier: GPL-2.0
#pragma once

#include "lib/record.h"
#include "lib/result.h"
#include "lib/storm_options.h"

namespace netswap {

/// Checks --faults and fills in its part of the parameters, and the limits that follow from it: a
/// guest may wait for its server as long as a request may take, and goes on until all faults are
/// over. The limits for a storm without faults are in `params`.
Status fill_faults(const StormArguments &arguments, RunParams &params);

} // namespace netswap
