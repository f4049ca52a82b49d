// SPDX-License-Identifier: GPL-2.0
#include "lib/campaign_verdict.h"

#include <algorithm>

#include "lib/result.h"

namespace netswap {

int campaign_exit_code(const CampaignResult &campaign, const std::vector<Arm> &arms) {
    const auto must_pass = [&](const std::string &name) {
        return std::any_of(arms.begin(), arms.end(),
                           [&](const Arm &arm) { return arm.name == name && arm.complete(); });
    };
    for (const auto &run : campaign.runs) {
        switch (run.verdict) {
        case Verdict::corrupt:
        case Verdict::crash:
        case Verdict::error:
            return exit_failed;
        case Verdict::hang:
        case Verdict::oom:
            if (must_pass(run.arm))
                return exit_failed;
            break;
        case Verdict::pass:
            break;
        }
    }
    return campaign.controls.bare_hung.value_or(true) ? exit_ok : exit_failed;
}

} // namespace netswap
