// SPDX-License-Identifier: GPL-2.0
#include "report/page_sections.h"

#include <algorithm>

#include <fmt/format.h>

#include "report/markup.h"

namespace netswap {

namespace {

std::string row(std::string_view name, std::string_view value) {
    return fmt::format("<div><dt>{}</dt><dd>{}</dd></div>\n", escape_markup(name),
                       value.empty() ? "-" : escape_markup(value));
}

/// One parameter over all runs.
template <typename Get>
std::string parameter(const CampaignResult &campaign, std::string_view name, Get &&get) {
    return row(name, distinct(campaign.runs, [&](const RunRecord &run) {
                   return fmt::format("{}", get(run.params));
               }));
}

std::string module_params_text(const RunParams &params) {
    std::string text;
    for (const auto &[module, values] : params.module_params)
        text += fmt::format("{}{}: {}", text.empty() ? "" : "; ", module, values);
    return text.empty() ? "defaults" : text;
}

} // namespace

std::string reproduce_section(const CampaignResult &campaign) {
    using P = const RunParams &;
    const auto &host = campaign.host;
    std::string html = "<section><h2>Parameters, and how to make this campaign again</h2>\n";
    html += fmt::format("<pre><code>{}</code></pre>\n", escape_markup(reproduce_command(campaign)));
    html += "<dl>\n";
    if (!campaign.runs.empty()) {
        html += parameter(campaign, "kernel flavour", [](P p) { return p.kernel; });
        html += parameter(campaign, "guest RAM, MiB", [](P p) { return p.mem_mib; });
        html += parameter(campaign, "guest CPUs", [](P p) { return p.cpus; });
        html += parameter(campaign, "NIC", [](P p) { return p.nic; });
        html += parameter(campaign, "transport", [](P p) { return p.transport; });
        html += parameter(campaign, "NBD server", [](P p) { return p.server; });
        html += parameter(campaign, "NBD connections", [](P p) { return p.conns; });
        html += parameter(campaign, "min_free_kbytes asked for, KiB", [](P p) {
            return p.min_free_kb < 0 ? "the kernel's default" : std::to_string(p.min_free_kb);
        });
        html += parameter(campaign, "swap, MiB", [](P p) { return p.swap_mib; });
        html += parameter(campaign, "mappings, MiB", [](P p) { return p.map_mib; });
        html += parameter(campaign, "workers", [](P p) { return p.workers; });
        html += parameter(campaign, "verify passes", [](P p) { return p.passes; });
        html += parameter(campaign, "module parameters", module_params_text);
        html += parameter(campaign, "sysctls", [](P p) {
            const auto text = sysctls_text(p);
            return text.empty() ? "none set" : text;
        });
        html += parameter(campaign, "module churn, rounds", [](P p) { return p.churn_rounds; });
        html += parameter(campaign, "hang after, s", [](P p) { return p.hang_after_s; });
        html += parameter(campaign, "time limit, s", [](P p) { return p.timeout_s; });
        const auto seeds =
            std::minmax_element(campaign.runs.begin(), campaign.runs.end(),
                                [](const auto &a, const auto &b) { return a.seed < b.seed; });
        html += row("seeds", fmt::format("{} to {}", seeds.first->seed, seeds.second->seed));
    }
    html += row("accelerator", host.accel) + row("QEMU", host.qemu) +
            row("host CPUs", host.cpus > 0 ? fmt::format("{}", host.cpus) : "") +
            row("host kernel", host.kernel) + row("started", host.started);
    return html + "</dl></section>\n";
}

} // namespace netswap
