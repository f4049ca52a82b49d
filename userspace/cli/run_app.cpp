// SPDX-License-Identifier: GPL-2.0
#include <csignal>
#include <exception>

#include <fmt/format.h>

#include "cli/live_commands.h"
#include "lib/error_line.h"

namespace netswap::cli {

int run_app(CLI::App &app, int argc, char **argv, int &exit_code) {
    // Whoever starts us may ignore it, and we would: no child could be waited for.
    ::signal(SIGCHLD, SIG_DFL);
    try {
        app.require_subcommand(1);
        app.set_version_flag("--version", "netswap " NETSWAP_VERSION, "print the version");
        app.failure_message([](const CLI::App *, const CLI::Error &error) {
            return error_line(
                "netswap", {fmt::format("{} (see netswap --help)", error.what()), exit_bad_input});
        });
        try {
            app.parse(argc, argv);
        } catch (const CLI::ParseError &error) {
            const bool wants_help = error.get_exit_code() == 0;
            app.exit(error);
            return wants_help ? exit_ok : exit_bad_input;
        }
    } catch (const std::exception &error) {
        fmt::print(stderr, "netswap: unexpected failure: {}\n", error.what());
        return exit_failed;
    }
    return exit_code;
}

int complain(const Error &error) {
    fmt::print(stderr, "{}", error_line("netswap", error));
    return error.code == exit_ok ? exit_failed : error.code;
}

} // namespace netswap::cli
