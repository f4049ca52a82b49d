// SPDX-License-Identifier: GPL-2.0
#include "lib/arm.h"
#include "report/figures.h"
#include "report/report.h"

#include <fmt/format.h>

namespace netswap {

std::vector<ArmSummary> build_summary(const std::vector<RunRecord> &runs) {
    std::vector<ArmSummary> summaries;
    for (const auto &figures : arm_figures(runs)) {
        auto &summary = summaries.emplace_back();
        summary.arm = figures.arm;
        summary.runs = figures.total();
        summary.survived = figures.survived;
        summary.survival_ci95 = {figures.survival95.low, figures.survival95.high};
        summary.elapsed_median_s = figures.elapsed_median;
        if (figures.elapsed_spread)
            summary.elapsed_spread = {{figures.elapsed_spread->low, figures.elapsed_spread->high}};
        summary.recovery = figures.recovery;
        summary.verdicts = figures.failures;
        if (figures.survived > 0)
            summary.verdicts[std::string(to_string(Verdict::pass))] = figures.survived;
    }
    return summaries;
}

Controls build_controls(const std::vector<RunRecord> &runs) {
    int total = 0;
    int hung = 0;
    std::map<std::string, int> otherwise;
    for (const auto &run : runs) {
        const auto arm = parse_arm(run.arm);
        if (!arm || !arm->bare_control())
            continue;
        total++;
        if (run.verdict == Verdict::hang)
            hung++;
        else
            otherwise[std::string(to_string(run.verdict))]++;
    }
    if (total == 0)
        return {std::nullopt,
                "no control: this campaign has no bare arm, so it cannot show what a cure cures"};
    if (hung == total)
        return {true, fmt::format("control: bare hung in {} of {} runs, as it must", hung, total)};

    const auto start = fmt::format("WARNING: bare did not hang in {} of {} runs ({})", total - hung,
                                   total, failure_text(otherwise));
    if (hung == 0)
        return {false, start + ": this campaign shows nothing about the cure"};
    return {false, start + ": the control is weak, read survival by its intervals"};
}

void finish(CampaignResult &campaign) {
    campaign.controls = build_controls(campaign.runs);
    campaign.summary = build_summary(campaign.runs);
}

} // namespace netswap
