// SPDX-License-Identifier: GPL-2.0
#pragma once

#include "guest/base.h"

namespace netswap::guest {

/// Loads the drivers of the lab's devices that this kernel has as modules.
Result<void> load_drivers();

} // namespace netswap::guest
