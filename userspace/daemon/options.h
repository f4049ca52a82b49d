// SPDX-License-Identifier: GPL-2.0
#pragma once

#include <string>

#include "lib/result.h"

namespace netswap {

struct DaemonOptions {
    std::string area;
    bool detach = false;
    bool help = false;
    bool version = false;
    std::string root; ///< in front of /run, /proc and /sys; for tests
};

extern const char *const daemon_usage;

Result<DaemonOptions> parse_daemon_options(int argc, char **argv);

} // namespace netswap
