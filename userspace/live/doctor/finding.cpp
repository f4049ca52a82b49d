// SPDX-License-Identifier: GPL-2.0
#include "live/doctor/finding.h"

#include <algorithm>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

namespace netswap::live::doctor {

const char *to_string(Severity severity) {
    switch (severity) {
    case Severity::ok:
        return "ok";
    case Severity::note:
        return "note";
    case Severity::warning:
        return "warning";
    case Severity::fatal:
        return "fatal";
    }
    return "?";
}

Severity worst(const Findings &findings) {
    auto found = Severity::ok;
    for (const auto &finding : findings)
        found = std::max(found, finding.severity);
    return found;
}

std::string findings_text(const Findings &findings) {
    auto sorted = findings;
    std::stable_sort(sorted.begin(), sorted.end(),
                     [](const auto &a, const auto &b) { return a.severity > b.severity; });
    std::string out;
    for (const auto &finding : sorted) {
        out += fmt::format("{:<8} {:<16} {}\n", to_string(finding.severity), finding.id,
                           finding.found);
        if (!finding.why.empty())
            out += fmt::format("{:25}  why: {}\n", "", finding.why);
        if (!finding.remedy.empty())
            out += fmt::format("{:25}   do: {}\n", "", finding.remedy);
    }
    return out;
}

std::string findings_json(const Findings &findings) {
    auto list = nlohmann::json::array();
    for (const auto &finding : findings)
        list.push_back({{"id", finding.id},
                        {"severity", to_string(finding.severity)},
                        {"found", finding.found},
                        {"why", finding.why},
                        {"remedy", finding.remedy}});
    const nlohmann::json out = {
        {"version", 1}, {"worst", to_string(worst(findings))}, {"findings", std::move(list)}};
    // Names of processes and files need not be UTF-8.
    return out.dump(2, ' ', false, nlohmann::json::error_handler_t::replace) + "\n";
}

} // namespace netswap::live::doctor
