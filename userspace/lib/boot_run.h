// SPDX-License-Identifier: GPL-2.0
#pragma once

#include <cstdint>
#include <string>

#include <sys/types.h>

#include "lib/result.h"

namespace netswap {

/// A guest with an init of its own, beside an NBD server; see `netswap boot-test`.
struct BootTask {
    std::string kernel;
    std::string image;
    std::string accel = "tcg";
    std::string append; ///< added to the kernel's command line
    std::string server = "nbdkit";
    std::string log_directory; ///< exists
    std::int64_t mem_mib = 320;
    std::int64_t swap_mib = 512;
    int cpus = 2;
    double timeout_s = 300; ///< of everything
};

/// Starts the guest in a sandbox of its own and returns the process to wait for; it ends when the
/// guest has switched itself off or the time is over. To `out_fd` go, line by line, what the guest
/// writes to its port netswap.0, and last one of
///   ended SECONDS      QEMU ended by itself with exit code 0
///   failed REASON
Result<pid_t> start_boot(const BootTask &task, int out_fd);

} // namespace netswap
