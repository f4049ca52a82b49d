// SPDX-License-Identifier: GPL-2.0
#include "cli/live_commands.h"

namespace netswap::cli {

void add_live_commands(CLI::App &app, int &exit_code, live::Negotiator &negotiator) {
    add_up(app, exit_code, negotiator);
    add_down(app, exit_code);
    add_status(app, exit_code);
    add_top(app, exit_code);
    add_events(app, exit_code);
    add_plan(app, exit_code);
    add_reserve(app, exit_code);
    add_sockets(app, exit_code);
    add_mark(app, exit_code);
    add_unmark(app, exit_code);
    add_doctor(app, exit_code);
    add_run(app, exit_code);
}

} // namespace netswap::cli
