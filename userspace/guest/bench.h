// SPDX-License-Identifier: GPL-2.0
// A bench: what operations of the kernel cost in instructions, under QEMU's -icount.
#pragma once

#include "guest/config.h"
#include "guest/messages.h"

namespace netswap::guest {

/// Loads the modules, measures everything and sends a count of each operation.
Verdict run_bench(Channel &channel, const Config &config);

} // namespace netswap::guest
