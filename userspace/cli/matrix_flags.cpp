// SPDX-License-Identifier: GPL-2.0
#include "cli/matrix_flags.h"

#include <fmt/format.h>

#include "cli/lab_flags.h"
#include "cli/storm_flags.h"
#include "lib/storm_setting.h"

namespace netswap::cli {

namespace {

/// Commas are between values of the matrix, and not the option's own.
bool takes_values(const StormSetting &setting) {
    return setting.name == "hostile" || (!setting.list && setting.name != "faults");
}

} // namespace

void add_setting_flags(CLI::App &command, SettingTexts &texts, bool several) {
    CLI::App storm;
    StormFlags unused;
    add_storm_flags(storm, unused);
    for (const auto &setting : storm_settings()) {
        const auto name = fmt::format("--{}", setting.name);
        const auto *told = storm.get_option(name);
        const auto help = told->get_description();
        const std::string key(setting.name);
        if (setting.list && !(several && takes_values(setting)))
            command.add_option(name, texts.listed[key], help)->allow_extra_args(false);
        else
            command.add_option(name, texts.single[key], help)->default_str(told->get_default_str());
    }
}

void add_matrix_flags(CLI::App &command, MatrixFlags &o) {
    command.footer("An option of the storm takes several values with commas, but for --faults, "
                   "--module-param and --sysctl. The value default (or none) leaves it out; "
                   "hostile traffic together is written a+b.");
    const auto option = [&](const char *name, auto &value, const char *help) {
        return command.add_option(name, value, help);
    };
    option("--arms", o.base.arms, "arms with commas, as of a storm")->capture_default_str();
    option("--runs", o.base.runs, "runs of each cell")->capture_default_str();
    add_setting_flags(command, o.settings, true);
    option("--seed", o.base.seed, "seed of run 0; run n has seed + n")->capture_default_str();
    option("--jobs", o.base.jobs, "VMs side by side")->capture_default_str();
    option("--budget", o.budget, "start no more runs after this time: 90s, 30m or 2h");
    option("--out", o.out,
           "directory of the records, the page and the logs; what is there is continued "
           "(default: in the cache, by kernel and options)");
    option("--html", o.html, "write the page here (default: matrix.html in --out)");
    command.add_flag("--show", o.show, "run nothing, show what there is");
    add_artefacts(command, o.artefacts);
    add_accel(command, o.accel);
}

Result<MatrixOrder> matrix_order(const MatrixFlags &flags) {
    MatrixOrder order;
    order.base = flags.base;
    for (const auto &setting : storm_settings()) {
        const std::string name(setting.name);
        if (const auto it = flags.settings.listed.find(name); it != flags.settings.listed.end()) {
            for (const auto &value : it->second)
                if (auto ok = setting.set(order.base, value); !ok)
                    return with_context(ok.error(), "--" + name);
            if (!it->second.empty())
                order.options[name] = it->second;
            continue;
        }
        const auto &text = flags.settings.single.at(name);
        auto values = takes_values(setting) ? split_values(name, text)
                                            : Result<std::vector<std::string>>({text});
        if (!values)
            return tl::unexpected(values.error());
        if (values->empty())
            values->push_back("");
        if (always_a_dimension(name) || values->size() > 1) {
            if (const auto own = setting.get(StormArguments{}); values->front().empty())
                values->front() = own.empty() ? "default" : own.front();
            order.dimensions.push_back({name, std::move(*values)});
        } else if (!values->front().empty()) {
            if (auto ok = apply_value(order.base, name, values->front()); !ok)
                return tl::unexpected(ok.error());
            if (setting.get(order.base) != setting.get(StormArguments{}))
                order.options[name] = *values;
        }
    }
    return order;
}

} // namespace netswap::cli
