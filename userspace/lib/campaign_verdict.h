// SPDX-License-Identifier: GPL-2.0
#pragma once

#include <vector>

#include "lib/arm.h"
#include "lib/record.h"

namespace netswap {

/// Exit code of a campaign: exit_ok if every complete arm (all modules) passed every run, no run
/// ended as corrupt, crash or error, and the bare control, if there was one, hung; exit_failed
/// otherwise. Arms of an ablation and mainline may hang: that is a result, not a failure.
int campaign_exit_code(const CampaignResult &campaign, const std::vector<Arm> &arms);

} // namespace netswap
