// SPDX-License-Identifier: GPL-2.0
#include <memory>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "cli/live_commands.h"
#include "live/machine_facts.h"
#include "live/plan_report.h"
#include "live/reserve.h"
#include "live/reserve_plan.h"

namespace netswap::cli {

namespace {

struct Options {
    std::string server;
    int conns = 0;
    bool as_json = false;
};

int run(const Options &options) {
    const live::Paths paths;
    live::KernelLinkProbe probe;
    std::vector<std::string> servers;
    if (!options.server.empty())
        servers.push_back(options.server);
    const auto facts = live::read_machine_facts(paths, probe, servers);
    if (!facts)
        return complain(facts.error());
    const auto up = live::connections_up(paths);
    const auto plan =
        live::make_reserve_plan(*facts, options.conns > 0 ? options.conns : std::max(1, up));
    if (options.as_json)
        fmt::print("{}", live::plan_json(*facts, plan));
    else
        fmt::print("{}", live::plan_text(*facts, plan));
    return plan.refusal ? exit_host : exit_ok;
}

} // namespace

void add_plan(CLI::App &app, int &exit_code) {
    auto options = std::make_shared<Options>();
    auto *command = app.add_subcommand(
        "plan", "compute the memory that swap over the network needs on this machine, and the "
                "vm.min_free_kbytes that keeps it; changes nothing");
    command->add_option("--server", options->server,
                        "Count the network cards that carry traffic to this host only "
                        "(name or address); all cards without it");
    command
        ->add_option("--conns", options->conns,
                     "Connections of all swap areas together; those that are up without it, or 1")
        ->check(CLI::Range(1, 1024));
    command->add_flag("--json", options->as_json, "Print facts and plan as JSON");
    command->callback([options, &exit_code] { exit_code = run(*options); });
}

} // namespace netswap::cli
