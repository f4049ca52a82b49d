// SPDX-License-Identifier: GPL-2.0
#pragma once

#include "guest/base.h"

namespace netswap::guest {

/// Starts the CPUs that the kernel left alone at boot (maxcpus=1 on its command line).
Result<void> start_cpus();

/// Leaves only the boot CPU: the kernel may rewrite its own code then, which QEMU's CPUs do not see
/// at once of each other.
Result<void> stop_cpus();

} // namespace netswap::guest
