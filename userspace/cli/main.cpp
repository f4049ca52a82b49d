// SPDX-License-Identifier: GPL-2.0
#include "cli/commands.h"
#include "cli/libnbd_negotiator.h"
#include "cli/live_commands.h"

int main(int argc, char **argv) {
    int exit_code = 0;
    CLI::App app("netswap: swap over the network without the memory deadlock, on this machine "
                 "and in VMs");
    netswap::cli::LibnbdNegotiator negotiator;
    netswap::cli::add_live_commands(app, exit_code, negotiator);
    netswap::cli::add_metrics(app, exit_code);
    netswap::cli::add_storm(app, exit_code);
    netswap::cli::add_matrix(app, exit_code);
    netswap::cli::add_shrink(app, exit_code);
    netswap::cli::add_replay(app, exit_code);
    netswap::cli::add_bench(app, exit_code);
    netswap::cli::add_guest_test(app, exit_code);
    netswap::cli::add_boot_test(app, exit_code);
    netswap::cli::add_check_json(app, exit_code);
    netswap::cli::add_report(app, exit_code);
    return netswap::cli::run_app(app, argc, argv, exit_code);
}
