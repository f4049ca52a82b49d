// SPDX-License-Identifier: GPL-2.0
#pragma once

#include <string_view>
#include <vector>

#include "lib/record.h"

namespace netswap {

/// Explains a hang from what the guest printed after sysrq w, t, m, d and y: who waits for nbd's
/// transmit lock, who has it and what for, whether virtio_net's refill is part of it, who is
/// throttled. Of the run's samples the last one, if there is any, tells what the console does not.
HangReport analyse_hang(std::string_view console, const std::vector<Sample> &samples);

/// Whether the holder of a lock that others wait for is still unknown, or no blocked task was
/// printed at all: sysrq t would tell more. (w leaves out tasks that wait interruptibly, as a task
/// in a socket send does.)
bool wants_all_tasks(std::string_view console);

} // namespace netswap
