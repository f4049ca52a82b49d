// SPDX-License-Identifier: GPL-2.0
#include "model/table.h"

#include <algorithm>

#include <fmt/format.h>

#include "model/story.h"

namespace netswap::model {

namespace {

std::vector<Arm> all_arms() {
    auto all = arms();
    for (auto &arm : ablations())
        all.push_back(std::move(arm));
    return all;
}

/// What is so without the rule that the arm lacks.
std::string meaning(const Arm &arm) {
    for (const auto &name : rule_names())
        if (arm.name == std::string("netswap - ") + name.name)
            return name.without;
    return {};
}

std::string row(const std::string &a, const std::string &b, const std::string &c,
                const std::string &d) {
    return fmt::format("| {} | {} | {} | {} |\n", a, b, c, d);
}

std::string cell(const Findings &findings) {
    if (!findings.progress())
        return verdict(findings);
    const auto lost = findings.losing == 0 ? "no answer lost" : "answers lost";
    return fmt::format("pass: {} states, {}", findings.states, lost);
}

} // namespace

Result<std::string> table(Sizes sizes, std::size_t limit) {
    auto text = row("arm", "that is", "alone", "with others' packets") + "|---|---|---|---|\n";
    for (const auto &arm : all_arms()) {
        std::string cells[2];
        for (const bool hostile : {false, true}) {
            sizes.hostile = hostile;
            const auto findings = Explorer(World(arm.rules, sizes)).explore(limit);
            if (!findings)
                return with_context(findings.error(), arm.name);
            cells[hostile] = cell(*findings);
        }
        text += row(arm.name, meaning(arm), cells[0], cells[1]);
    }
    return text;
}

Result<std::string> trace(const Arm &arm, const Sizes &sizes, std::size_t limit) {
    const World world(arm.rules, sizes);
    const auto findings = Explorer(world).explore(limit);
    if (!findings)
        return with_context(findings.error(), arm.name);
    auto text = fmt::format("{}: {}\n", arm.name, cell(*findings));
    if (findings->progress())
        return text;
    for (const auto &line : tell(*findings))
        text += fmt::format("  {}\n", line);
    text += "So:\n";
    for (const auto &line : who_waits(world, *findings))
        text += fmt::format("  {}\n", line);
    return text;
}

Result<Arm> arm_named(std::string_view name) {
    const auto all = all_arms();
    const auto found =
        std::find_if(all.begin(), all.end(), [&](const auto &arm) { return arm.name == name; });
    if (found != all.end())
        return *found;
    std::string names;
    for (const auto &arm : all)
        names += fmt::format("{}'{}'", names.empty() ? "" : ", ", arm.name);
    return fail(fmt::format("'{}' is no arm of the model; it knows {}", name, names),
                exit_bad_input);
}

} // namespace netswap::model
