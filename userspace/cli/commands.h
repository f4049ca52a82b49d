// SPDX-License-Identifier: GPL-2.0
#pragma once

#include <CLI/CLI.hpp>

/// Each adds a subcommand to the application. When it is chosen, its exit code is left in
/// `exit_code`; messages go to stderr, results to stdout.
namespace netswap::cli {

void add_storm(CLI::App &app, int &exit_code);
void add_matrix(CLI::App &app, int &exit_code);
void add_shrink(CLI::App &app, int &exit_code);
void add_replay(CLI::App &app, int &exit_code);
void add_bench(CLI::App &app, int &exit_code);
void add_boot_test(CLI::App &app, int &exit_code);
void add_guest_test(CLI::App &app, int &exit_code);
void add_check_json(CLI::App &app, int &exit_code);
void add_report(CLI::App &app, int &exit_code);
void add_metrics(CLI::App &app, int &exit_code);

} // namespace netswap::cli
