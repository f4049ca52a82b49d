// SPDX-License-Identifier: GPL-2.0
// netswap without the lab and without libnbd: what the guest's image has as /bin/netswap.
#include "cli/live_commands.h"
#include "live/lean_negotiator.h"

int main(int argc, char **argv) {
    int exit_code = 0;
    CLI::App app("netswap: swap over the network on this machine");
    netswap::live::LeanNegotiator negotiator;
    netswap::cli::add_live_commands(app, exit_code, negotiator);
    return netswap::cli::run_app(app, argc, argv, exit_code);
}
