// SPDX-License-Identifier: GPL-2.0
#include <exception>

#include <fmt/format.h>

#include "cli/commands.h"
#include "lib/result.h"

int main(int argc, char **argv) {
    int exit_code = netswap::exit_ok;
    try {
        CLI::App app("netswap: swap over the network, its deadlock and the cure, shown in VMs");
        app.require_subcommand(1);
        app.failure_message([](const CLI::App *, const CLI::Error &error) {
            return fmt::format("netswap: {} (see netswap --help)\n", error.what());
        });
        netswap::cli::add_storm(app, exit_code);
        netswap::cli::add_guest_test(app, exit_code);
        netswap::cli::add_check_json(app, exit_code);
        netswap::cli::add_report(app, exit_code);
        try {
            app.parse(argc, argv);
        } catch (const CLI::ParseError &error) {
            const bool wants_help = error.get_exit_code() == 0;
            app.exit(error);
            return wants_help ? netswap::exit_ok : netswap::exit_bad_input;
        }
    } catch (const std::exception &error) {
        fmt::print(stderr, "netswap: unexpected failure: {}\n", error.what());
        return netswap::exit_failed;
    }
    return exit_code;
}
