// SPDX-License-Identifier: GPL-2.0
// netswap doctor: what makes network swap hang on this machine.
#include <memory>

#include <fmt/format.h>

#include "cli/live_commands.h"
#include "live/doctor/checks.h"

namespace netswap::cli {

namespace {

using namespace netswap::live;
using namespace netswap::live::doctor;

struct Options {
    bool json = false;
    int pid = 0;
    std::string server;
};

Result<Findings> look(const Options &options) {
    const Paths paths;
    const auto outside = real_outside();
    if (options.pid != 0) {
        const auto audit = audit_process(paths, options.pid);
        if (!audit)
            return tl::unexpected(with_context(audit.error(), "--pid").value());
        return audit_findings(*audit, outside->flusher_flags(), "process", "process");
    }
    const auto machine = examine(paths, *outside, options.server);
    if (!machine)
        return tl::unexpected(machine.error());
    return check_all(*machine);
}

int run(const Options &options) {
    const auto findings = look(options);
    if (!findings)
        return complain(findings.error());
    fmt::print("{}", options.json ? findings_json(*findings) : findings_text(*findings));
    return worst(*findings) > Severity::note ? exit_failed : exit_ok;
}

} // namespace

void add_doctor(CLI::App &app, int &exit_code) {
    auto *command = app.add_subcommand(
        "doctor", "look for what makes network swap hang on this machine; exits with 1 if a "
                  "warning or worse was found");
    auto options = std::make_shared<Options>();
    command->add_flag("--json", options->json, "print findings as JSON");
    command->add_option("--pid", options->pid, "audit this process alone, thread by thread")
        ->check(CLI::PositiveNumber);
    command->add_option("--server", options->server, "host that swap is, or will be, on");
    command->callback([&exit_code, options] { exit_code = run(*options); });
}

} // namespace netswap::cli
