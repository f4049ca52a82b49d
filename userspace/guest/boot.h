// SPDX-License-Identifier: GPL-2.0
// What PID 1 owes the kernel: file systems at the start, the end of the machine.
#pragma once

#include "guest/base.h"

namespace netswap::guest {

/// Mounts proc, sysfs, devtmpfs and debugfs, opens the console as fds 0 to 2 and feeds
/// the random generator (a throw-away guest without devices to gather entropy from must
/// not wait for it).
Result<void> boot();

/// Gives the last messages a moment to leave the machine, then switches it off.
[[noreturn]] void power_off();

} // namespace netswap::guest
