// SPDX-License-Identifier: GPL-2.0
#pragma once

#include <CLI/CLI.hpp>

#include "lib/result.h"
#include "live/machine.h"

/// The commands for a live machine, as in commands.h. Both programs have them: netswap, and the
/// smaller one without the lab that goes into the guest's image.
namespace netswap::cli {

/// Adds them all, in the order in which `netswap --help` shows them. The negotiator must outlive
/// the application.
void add_live_commands(CLI::App &app, int &exit_code, live::Negotiator &negotiator);

void add_up(CLI::App &app, int &exit_code, live::Negotiator &negotiator);
void add_down(CLI::App &app, int &exit_code);
void add_mark(CLI::App &app, int &exit_code);
void add_unmark(CLI::App &app, int &exit_code);
void add_sockets(CLI::App &app, int &exit_code);

// Each has its file: cli/live/NAME.cpp.
void add_plan(CLI::App &app, int &exit_code);
void add_reserve(CLI::App &app, int &exit_code);
void add_doctor(CLI::App &app, int &exit_code);
void add_run(CLI::App &app, int &exit_code);

void add_events(CLI::App &app, int &exit_code);
void add_status(CLI::App &app, int &exit_code);
void add_top(CLI::App &app, int &exit_code);

/// Parses the command line; errors are one line on stderr. Returns the program's exit code.
int run_app(CLI::App &app, int argc, char **argv, int &exit_code);

/// Prints "netswap: <error>" to stderr and returns the error's exit code.
int complain(const Error &error);

} // namespace netswap::cli
