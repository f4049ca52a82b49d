// SPDX-License-Identifier: GPL-2.0
#pragma once

#include <optional>
#include <string_view>

#include "lib/record.h"

namespace netswap {

/// Explains a hang from what the guest printed after sysrq w, t, m, d and y: who waits for nbd's
/// transmit lock, who has it and what for, whether virtio_net's refill is part of it, who is
/// throttled. `last` is the last sample before the hang, used where the console gives no figures.
HangReport analyse_hang(std::string_view console, const std::optional<Sample> &last);

/// Whether the holder of a lock that others wait for is still unknown, or no blocked task was
/// printed at all: sysrq t would tell more. (w leaves out tasks that wait interruptibly, as a task
/// in a socket send does.)
bool wants_all_tasks(std::string_view console);

} // namespace netswap
