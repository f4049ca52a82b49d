// SPDX-License-Identifier: GPL-2.0
#include "cli/live_commands.h"

namespace netswap::cli {

// Each command has a file of its own: cli/live/NAME.cpp.
void add_live_commands([[maybe_unused]] CLI::App &app, [[maybe_unused]] int &exit_code) {}

} // namespace netswap::cli
