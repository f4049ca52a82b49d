// SPDX-License-Identifier: GPL-2.0
#pragma once

#include "guest/base.h"

namespace netswap::guest {

/// Starts the CPUs that the kernel left alone at boot (maxcpus=1 on its command line).
Result<void> start_cpus();

} // namespace netswap::guest
