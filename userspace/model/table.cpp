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

std::string row(const std::vector<std::string> &cells) {
    std::string text = "|";
    for (const auto &cell : cells)
        text += fmt::format(" {} |", cell);
    return text + "\n";
}

std::string cell(const Findings &findings) {
    if (!findings.progress())
        return verdict(findings);
    return fmt::format("pass: {} states{}{}", findings.states,
                       findings.losing == 0 ? "" : ", answers lost",
                       findings.share_taken == 0 ? "" : ", receive's share taken");
}

} // namespace

Result<std::string> table(const Sizes &sizes, std::size_t limit) {
    auto hostile = sizes;
    hostile.hostile = true;
    auto lossy = sizes;
    lossy.loss = true;

    auto text = row({"arm", "that is", "alone", "with others' packets", "with losses"}) +
                "|---|---|---|---|---|\n";
    for (const auto &arm : all_arms()) {
        std::vector<std::string> cells{arm.name, arm.what};
        for (const auto &world : {sizes, hostile, lossy}) {
            const auto findings = Explorer(World(arm.rules, world)).explore(limit);
            if (!findings)
                return with_context(findings.error(), arm.name);
            cells.push_back(cell(*findings));
        }
        text += row(cells);
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
