// SPDX-License-Identifier: GPL-2.0
#include "matrix/reduction.h"

#include <fmt/format.h>

#include "lib/storm_setting.h"
#include "lib/text.h"

namespace netswap {

namespace {

using Texts = std::vector<std::string>;

/// An option whose text is a list with commas.
ListReduction comma_list(const StormSetting &setting) {
    return {std::string(setting.name),
            [&setting](const StormArguments &a) {
                Texts parts;
                for (const auto &text : setting.get(a))
                    for (const auto part : split(text, ','))
                        parts.emplace_back(part);
                return parts;
            },
            [&setting](StormArguments &a, const Texts &parts) {
                setting.copy(StormArguments{}, a);
                if (!parts.empty()) [[maybe_unused]]
                    auto text_fits = setting.set(a, join(parts, ","));
            }};
}

/// An option that is given several times.
ListReduction repeated(const StormSetting &setting) {
    return {std::string(setting.name), setting.get,
            [&setting](StormArguments &a, const Texts &values) {
                setting.copy(StormArguments{}, a);
                for (const auto &value : values)
                    [[maybe_unused]] auto text_fits = setting.set(a, value);
            }};
}

/// The modules an arm names; the core comes with each of them.
Texts modules_of(const Arm &arm) {
    Texts modules;
    for (const auto &module : arm.modules)
        if (module != "netswap")
            modules.push_back(module);
    return modules;
}

std::string arm_name(Policy policy, const Texts &modules) {
    std::string name(to_string(policy));
    for (const auto &module : modules)
        name += "+" + module;
    return name;
}

ListReduction arm_modules() {
    return {"module of the arm",
            [](const StormArguments &a) {
                const auto arm = parse_arm(a.arms);
                return arm ? modules_of(*arm) : Texts{};
            },
            [](StormArguments &a, const Texts &modules) {
                const auto arm = parse_arm(a.arms);
                if (!arm)
                    return;
                a.arms = arm_name(arm->policy, modules);
                // Parameters of modules that are no longer there.
                std::erase_if(a.module_params, [&](const std::string &text) {
                    const auto module = module_long_name(text.substr(0, text.find(':')));
                    const auto smaller = parse_arm(a.arms);
                    return module && smaller && arm->has(*module) && !smaller->has(*module);
                });
            }};
}

} // namespace

const std::vector<ListReduction> &list_reductions() {
    static const auto list = [] {
        std::vector<ListReduction> made;
        for (const auto *name : {"hostile", "faults"})
            if (const auto *setting = find_storm_setting(name))
                made.push_back(setting->list ? repeated(*setting) : comma_list(*setting));
        made.push_back(arm_modules());
        for (const auto *name : {"sysctl", "module-param"})
            made.push_back(repeated(*find_storm_setting(name)));
        return made;
    }();
    return list;
}

const std::vector<NumberReduction> &number_reductions() {
    using A = StormArguments;
    using N = std::int64_t;
    static const std::vector<NumberReduction> list{
        {"churn", "", 0, 1, [](const StormPlan &p) -> N { return p.params.churn_rounds; },
         [](A &a, N n) { a.churn = static_cast<int>(n); }},
        {"passes", "", 1, 1, [](const StormPlan &p) -> N { return p.params.passes; },
         [](A &a, N n) { a.passes = static_cast<int>(n); }},
        {"conns", "", 1, 1, [](const StormPlan &p) -> N { return p.params.conns; },
         [](A &a, N n) { a.conns = static_cast<int>(n); }},
        {"cpus", "", 1, 1, [](const StormPlan &p) -> N { return p.params.cpus; },
         [](A &a, N n) { a.cpus = static_cast<int>(n); }},
        {"workers", "", 1, 1, [](const StormPlan &p) -> N { return p.params.workers; },
         [](A &a, N n) { a.workers = static_cast<int>(n); }},
        {"mem", "M", 64, 16, [](const StormPlan &p) { return p.params.mem_mib; },
         [](A &a, N n) { a.mem = fmt::format("{}M", n); }},
        {"map", "M", 16, 16, [](const StormPlan &p) { return p.params.map_mib; },
         [](A &a, N n) { a.map = fmt::format("{}M", n); }},
    };
    return list;
}

Result<StormArguments> canonical(const StormArguments &scenario) {
    auto one = scenario;
    one.runs = 1;
    one.jobs = 1;
    const auto plan = plan_storm(one);
    if (!plan)
        return tl::unexpected(plan.error());
    if (plan->arms.size() != 1)
        return fail(fmt::format("--arms {}: a scenario has one arm", scenario.arms),
                    exit_bad_input);
    const auto run = plan->schedule().front();
    RunRecord record;
    const auto &arm = plan->arms.front();
    record.arm = arm.complete() && arm.policy == Policy::mainline
                     ? "netswap"
                     : arm_name(arm.policy, modules_of(arm));
    record.seed = run.seed;
    record.params = run.params;
    return arguments_of(record);
}

} // namespace netswap
