// SPDX-License-Identifier: GPL-2.0
#pragma once

#include <functional>
#include <string>

#include <sys/types.h>

#include "lib/result.h"

namespace netswap {

/// Starts `body` as the first process of new user, mount, network and PID namespaces and returns
/// the process to wait for. What `body` starts, mounts or configures cannot outlive it: the kernel
/// ends the whole tree when `body` returns, when the returned process is killed, or when we die.
///
/// SIGTERM to the returned process ends the tree; it exits once everything inside is gone.
///
/// `body` runs with the rights of root inside the namespaces, as the calling user outside, so this
/// works for an ordinary user too. It must not throw; what it returns becomes the exit code.
/// `on_error` is called in the new process if the namespaces cannot be made.
///
/// The caller must be single-threaded.
Result<pid_t> start_sandbox(const std::function<int()> &body,
                            const std::function<void(const Error &)> &on_error);

/// Inside a sandbox: an empty memory-backed directory at `path` (which must exist), seen and kept
/// only as long as the sandbox lives.
Status mount_scratch(const std::string &path);

/// Whether namespaces of all these kinds can be made here, tried for real in a short-lived process.
Status probe_namespaces();

} // namespace netswap
