// SPDX-License-Identifier: GPL-2.0
#include "lib/text.h"
#include "report/figures.h"

#include <algorithm>

#include <fmt/format.h>

namespace netswap {

namespace {

constexpr std::string_view stock_suffix = "-stock";

/// The --kernel that gives this run its flavour: a stock arm boots the twin of the kernel named.
std::string kernel_option(const RunRecord &run) {
    std::string kernel = run.params.kernel;
    if (run.arm.rfind("stock", 0) == 0 && kernel.size() > stock_suffix.size() &&
        kernel.compare(kernel.size() - stock_suffix.size(), stock_suffix.size(), stock_suffix) == 0)
        kernel.resize(kernel.size() - stock_suffix.size());
    return kernel;
}

/// A word the shell takes as it is, or quoted.
std::string shell_word(const std::string &word) {
    const bool plain = !word.empty() &&
                       word.find_first_not_of("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
                                              "0123456789+-_.,:/=") == std::string::npos;
    if (plain)
        return word;
    std::string quoted = "'";
    for (char c : word)
        quoted += c == '\'' ? std::string("'\\''") : std::string(1, c);
    return quoted + "'";
}

/// Of all runs together: a run only lists the modules its arm loads.
std::map<std::string, std::string> all_module_params(const std::vector<RunRecord> &runs) {
    std::map<std::string, std::string> all;
    for (const auto &run : runs)
        all.insert(run.params.module_params.begin(), run.params.module_params.end());
    return all;
}

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
    const RunRecord &first = runs.front();
    const RunParams &params = first.params;

    std::vector<std::string> arms;
    int most_runs = 0;
    std::uint64_t seed = first.seed;
    for (const auto &run : runs) {
        if (std::find(arms.begin(), arms.end(), run.arm) == arms.end())
            arms.push_back(run.arm);
        most_runs = std::max(most_runs, run.run + 1);
        seed = std::min(seed, run.seed);
    }
    std::string line = fmt::format(
        "netswap storm --kernel {} --arms {} --runs {} --mem {}M --cpus {}",
        shell_word(kernel_option(first)), shell_word(fmt::format("{}", fmt::join(arms, ","))),
        most_runs, params.mem_mib, params.cpus);
    line += fmt::format(" --nic {} --transport {} --conns {}", shell_word(params.nic),
                        shell_word(params.transport), params.conns);
    if (params.min_free_kb >= 0)
        line += fmt::format(" --min-free {}K", params.min_free_kb);
    line += fmt::format(" --passes {}", params.passes);
    if (params.churn_rounds > 0)
        line += fmt::format(" --churn {}", params.churn_rounds);
    if (params.setup == "netswap")
        line += " --setup netswap";
    if (params.io_timeout_s >= 0)
        line += fmt::format(" --io-timeout {}", params.io_timeout_s);
    if (!params.faults.empty())
        line += " --faults " + shell_word(params.faults);
    if (!params.hostile.empty())
        line += " --hostile " + shell_word(params.hostile);
    for (const auto &[module, values] : all_module_params(runs))
        for (const auto value : split(values, ' '))
            line += " --module-param " + shell_word(fmt::format("{}:{}", module, value));
    for (const auto &[name, value] : params.sysctls)
        line += " --sysctl " + shell_word(fmt::format("{}={}", name, value));
    return line + fmt::format(" --seed {} --json out.json", seed);
}

} // namespace netswap
