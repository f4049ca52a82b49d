// SPDX-License-Identifier: GPL-2.0
#include <chrono>
#include <memory>
#include <thread>

#include <fmt/format.h>

#include "cli/live_commands.h"
#include "live/view/status.h"
#include "live/view/this_machine.h"

namespace netswap::cli {

namespace {

struct Options {
    std::string name;
    bool json = false;
    double interval_s = 1;
};

int run(const Options &options) {
    const live::ThisMachine machine;

    auto snapshot = live::take_snapshot(machine.sources(), options.name);
    if (!snapshot)
        return complain(snapshot.error());
    live::Rates rates;
    if (options.interval_s > 0 && !snapshot->areas.empty()) {
        std::this_thread::sleep_for(std::chrono::duration<double>(options.interval_s));
        auto later = live::take_snapshot(machine.sources(), options.name);
        if (!later)
            return complain(later.error());
        rates = live::rates_between(*snapshot, *later);
        snapshot = std::move(later);
    }
    if (options.json) {
        fmt::print("{}", live::status_json(*snapshot, rates));
    } else {
        if (snapshot->areas.empty())
            fmt::print("no swap area is up (netswap up makes one)\n\n");
        fmt::print("{}", live::status_text(*snapshot, rates));
    }
    return snapshot->healthy() ? exit_ok : exit_failed;
}

} // namespace

void add_status(CLI::App &app, int &exit_code) {
    auto *command = app.add_subcommand(
        "status", "show the swap areas that are up and the memory reserve; exits with 1 if "
                  "something is wrong with one of them");
    auto options = std::make_shared<Options>();
    command->add_option("name", options->name, "area to show; all without it");
    command->add_flag("--json", options->json, "print JSON (docs/status-json.md)");
    command
        ->add_option("--interval", options->interval_s,
                     "seconds over which the rates are measured; 0 leaves them out")
        ->check(CLI::Range(0.0, 3600.0))
        ->capture_default_str();
    command->callback([&exit_code, options] { exit_code = run(*options); });
}

} // namespace netswap::cli
