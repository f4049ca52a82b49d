// SPDX-License-Identifier: GPL-2.0
#include "lib/storm_setting.h"
#include "lib/text.h"
#include "report/figures.h"

#include <algorithm>

#include <fmt/format.h>

namespace netswap {

namespace {

std::string min_free_text(const RunRecord &run) {
    if (run.params.min_free_kb >= 0)
        return fmt::format("min_free {} kB", run.params.min_free_kb);
    if (run.state && run.state->min_free_kbytes >= 0)
        return fmt::format("min_free {} kB (default)", run.state->min_free_kbytes);
    return "";
}

} // namespace

std::string sysctls_text(const RunParams &params) {
    std::string text;
    for (const auto &[name, value] : params.sysctls)
        text += fmt::format("{}{}={}", text.empty() ? "" : " ", name, value);
    return text;
}

std::string parameter_line(const CampaignResult &campaign) {
    const auto &runs = campaign.runs;
    if (runs.empty())
        return "";
    std::vector<std::string> parts;
    const auto add = [&](auto &&get) {
        // Values a run does not know are left out rather than shown as a difference.
        std::vector<std::string> known;
        for (const auto &run : runs)
            if (auto value = get(run); !value.empty())
                known.push_back(std::move(value));
        if (auto text = distinct(known, [](const std::string &value) { return value; });
            !text.empty())
            parts.push_back(std::move(text));
    };
    add([](const RunRecord &r) { return "kernel " + r.params.kernel; });
    add([](const RunRecord &r) { return fmt::format("{} MiB RAM", r.params.mem_mib); });
    add([](const RunRecord &r) { return fmt::format("{} CPUs", r.params.cpus); });
    add([](const RunRecord &r) -> std::string {
        if (r.params.transport != "nbd")
            return r.params.transport;
        return fmt::format("{} x{} over {}", r.params.transport, r.params.conns, r.params.nic);
    });
    add(min_free_text);
    add([](const RunRecord &r) { return fmt::format("maps {} MiB", r.params.map_mib); });
    add([](const RunRecord &r) { return fmt::format("swap {} MiB", r.params.swap_mib); });
    add([](const RunRecord &r) { return fmt::format("{} workers", r.params.workers); });
    add([](const RunRecord &r) {
        return fmt::format("{} pass{}", r.params.passes, r.params.passes == 1 ? "" : "es");
    });
    add([](const RunRecord &r) {
        return r.params.churn_rounds > 0 ? fmt::format("churn {}", r.params.churn_rounds) : "";
    });
    add([](const RunRecord &r) {
        return r.params.setup == "netswap" ? std::string("set up by netswap") : "";
    });
    add([](const RunRecord &r) {
        return r.params.faults.empty() ? "" : "faults " + r.params.faults;
    });
    add([](const RunRecord &r) {
        return r.params.hostile.empty() ? "" : "hostile " + r.params.hostile;
    });
    add([](const RunRecord &r) { return sysctls_text(r.params); });
    add([](const RunRecord &r) { return r.params.accel; });
    return fmt::format("{}", fmt::join(parts, ", "));
}

std::string reproduce_command(const CampaignResult &campaign) {
    const auto &runs = campaign.runs;
    if (runs.empty())
        return "netswap storm";
    auto arguments = arguments_of(runs.front());
    auto &params = arguments.module_params;
    std::vector<std::string> arms;
    for (const auto &run : runs) {
        if (std::find(arms.begin(), arms.end(), run.arm) == arms.end()) {
            arms.push_back(run.arm);
            // A run only lists those of modules that its arm loads.
            for (const auto &param : arguments_of(run).module_params)
                if (std::find(params.begin(), params.end(), param) == params.end())
                    params.push_back(param);
        }
        arguments.runs = std::max(arguments.runs, run.run + 1);
        arguments.seed = std::min(arguments.seed, run.seed);
    }
    arguments.arms = join(arms, ",");
    return storm_command(arguments) + " --json out.json";
}

} // namespace netswap
