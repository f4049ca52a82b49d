// SPDX-License-Identifier: GPL-2.0
#include "matrix/matrix_verdict.h"

#include <algorithm>

#include "lib/campaign_verdict.h"

namespace netswap {

int matrix_exit_code(const MatrixState &state) {
    CampaignResult campaign;
    std::vector<Arm> arms;
    for (const auto &run : state.runs) {
        campaign.runs.push_back(run.record);
        const auto arm = parse_arm(run.record.arm);
        if (!arm)
            continue;
        if (std::find(arms.begin(), arms.end(), *arm) == arms.end())
            arms.push_back(*arm);
        if (arm->bare_control()) {
            auto &hung = campaign.controls.bare_hung;
            hung = hung.value_or(false) || run.record.verdict == Verdict::hang;
        }
    }
    return campaign_exit_code(campaign, arms);
}

} // namespace netswap
