// SPDX-License-Identifier: GPL-2.0
#include "lib/storm_options.h"

#include "lib/storm_setting.h"
#include "matrix/grid.h"
#include "target.h"
#include "targets.h"

namespace netswap::fuzz {

namespace {

constexpr std::size_t most_runs = 1000;

} // namespace

/// "option=value" a line; "param=" and "sysctl=" are lists of their own.
void storm_options(std::string_view input) {
    StormArguments arguments;
    std::vector<std::string> params, sysctls;
    while (!input.empty()) {
        const auto line = take_line(input);
        const auto name = line.substr(0, line.find('='));
        const std::string value(name.size() < line.size() ? line.substr(name.size() + 1) : "");
        if (name == "param")
            params.push_back(value);
        else if (name == "sysctl")
            sysctls.push_back(value);
        else if (const auto *setting = find_storm_setting(name))
            clear(setting->set(arguments, value));
        else
            clear(apply_value(arguments, name, value));
    }
    clear(parse_module_params(params));
    clear(parse_sysctls(sysctls));
    const auto plan = plan_storm(arguments);
    require(!storm_command(arguments).empty(), "a storm without a command");
    if (!clear(plan) || plan->arms.size() * static_cast<std::size_t>(plan->runs) > most_runs)
        return;
    const auto schedule = plan->schedule();
    require(schedule.size() == plan->arms.size() * static_cast<std::size_t>(plan->runs),
            "a schedule with another number of runs");
    for (const auto &run : schedule)
        require(!plan->flavour_of(run.arm).empty(), "a run without a kernel");
}

} // namespace netswap::fuzz
