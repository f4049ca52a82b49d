// SPDX-License-Identifier: GPL-2.0
// What lets the agent go on while the rest of the guest waits for memory.
#pragma once

#include "guest/base.h"

namespace netswap::guest {

/// The OOM killer spares the caller and what it forks from now on.
Result<void> spare_from_oom();

/// Locks all memory of the caller, faults in a piece of stack and heap for later, and
/// keeps its own reclaim away from I/O (PR_SET_IO_FLUSHER): a sample must not wait for
/// swap-out. Call it after forking: children would inherit the last of these.
Result<void> lock_in_memory();

} // namespace netswap::guest
