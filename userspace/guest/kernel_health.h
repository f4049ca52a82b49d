// SPDX-License-Identifier: GPL-2.0
// What the kernel has to say about itself when a run is over.
#pragma once

#include "guest/base.h"
#include "guest/kmsg.h"
#include "guest/leak_finder.h"

namespace netswap::guest {

/// Fails with the first fault in the log since `kmsg` was read last, and with leaks.
Result<void> check_kernel(Kmsg &kmsg, LeakFinder &leaks);

} // namespace netswap::guest
