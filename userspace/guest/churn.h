// SPDX-License-Identifier: GPL-2.0
// Loads and unloads modules at random while a storm runs, in a process of its
// own: the sampling loop must go on while a module is being loaded.
#pragma once

#include "guest/board.h"
#include "guest/config.h"
#include "guest/process.h"

namespace netswap::guest {

/// Forks the process. It waits for the board's go, carries out the plan of config.seed and
/// config.churn_rounds, and puts the modules back as configured.
/// Each step is a `churn` message on the pipe; the exit status is 0 if all steps succeeded.
Result<Child> start_churn(Board &board, const Config &config);

} // namespace netswap::guest
