// SPDX-License-Identifier: GPL-2.0
// Locks the memory of a program that does not lock itself. No lock survives exec, so it is made
// after exec and before the program's first instruction: the new process asks to be traced, stops
// there, and is made to call mlockall(MCL_CURRENT | MCL_FUTURE | MCL_ONFAULT) itself. What it
// touches from then on stays in memory; what it only reserves (stacks of threads) costs nothing.
// Processes that it forks later are not locked.
#pragma once

#include <sys/types.h>

namespace netswap::live {

/// In the new process, before exec. 0 or an errno value.
int stop_at_exec();

/// In its parent, once exec has succeeded: waits for the stop and locks it there. 0, or an errno
/// value (ENOSYS on a processor this is not written for). It stays stopped.
int lock_stopped(pid_t pid);

/// Ends the tracing and lets it run.
void let_run(pid_t pid);

} // namespace netswap::live
