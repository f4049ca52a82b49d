// SPDX-License-Identifier: GPL-2.0
// Processes that make per-CPU memory the same for every arm of a bench.
#pragma once

#include "guest/base.h"

namespace netswap::guest {

/// Each process has counters in the kernel's per-CPU memory. When a chunk of that is all but full,
/// the allocator looks through the whole of it for each new process: 512 pages where there is one
/// CPU, some ten thousand instructions. The first chunk is close to it after boot, so that a few
/// hundred bytes, such as the counters of a module, would decide what a process costs.
///
/// So many processes begin that it is full, and half of them end: every arm has room of just the
/// right size then. The others stay, asleep.
Result<void> make_crowd();

} // namespace netswap::guest
