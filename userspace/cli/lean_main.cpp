// SPDX-License-Identifier: GPL-2.0
// netswap without the lab and without libnbd: what the guest's image has as /bin/netswap.
#include "cli/live_commands.h"

int main(int argc, char **argv) {
    int exit_code = 0;
    CLI::App app("netswap: swap over the network on this machine");
    netswap::cli::add_live_commands(app, exit_code);
    return netswap::cli::run_app(app, argc, argv, exit_code);
}
