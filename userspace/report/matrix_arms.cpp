// SPDX-License-Identifier: GPL-2.0
#include "report/matrix_arms.h"

#include <algorithm>
#include <limits>

#include <fmt/format.h>

namespace netswap {

namespace {

constexpr const char *share_counter = "gfp_memalloc.lowest_share";
constexpr auto never = std::numeric_limits<std::uint64_t>::max(); // the module's word for it

void note_share(ArmTotals &totals, const RunRecord &run, const std::string &cell) {
    const auto it = run.counters.netswap.find(share_counter);
    if (it == run.counters.netswap.end() || it->second == never)
        return;
    if (!totals.lowest || it->second < totals.lowest->pages)
        totals.lowest = LowestShare{it->second, cell, run.run};
}

ArmTotals totals_of(const MatrixFigures &figures, const std::string &arm) {
    ArmTotals totals;
    totals.arm = arm;
    std::vector<double> ratios;
    for (const auto &scenario : figures.scenarios) {
        const auto *here = scenario.of(arm);
        if (!here)
            continue;
        totals.survived += here->survived;
        totals.total += here->total();
        if (here->to_mainline)
            ratios.push_back(here->to_mainline->value);
        const auto cell = figures.name_of(scenario, figures.varied);
        for (const auto &run : scenario.runs)
            if (run.arm == arm)
                note_share(totals, run, cell);
    }
    totals.survival95 = wilson95(totals.survived, totals.total);
    totals.to_mainline = median(ratios);
    return totals;
}

} // namespace

std::vector<ArmTotals> arm_totals(const MatrixFigures &figures) {
    std::vector<ArmTotals> list;
    for (const auto &arm : figures.session.arms)
        if (auto totals = totals_of(figures, arm); totals.total > 0)
            list.push_back(std::move(totals));
    return list;
}

std::string lowest_share_text(const ArmTotals &totals) {
    if (!totals.lowest)
        return "-";
    const auto &[pages, cell, run] = *totals.lowest;
    return fmt::format("{} pages ({}run {})", pages, cell.empty() ? "" : cell + ", ", run);
}

} // namespace netswap
