// SPDX-License-Identifier: GPL-2.0
#pragma once

#include <string>

#include "lib/record.h"

/// Made-up campaigns for the tests of the report. Always the same for the same arguments.
namespace netswap::test {

/// A storm of `arm` that ended as `verdict`, with samples every 250 ms: free memory falls to the
/// watermarks within 2 s; a hang stands still from 3 to 9 s on, by `run`; a pass takes 17 to 22 s.
RunRecord make_run(const std::string &arm, int run, Verdict verdict);

/// Two kills of the server and one of the daemon, all healed.
void add_faults(RunRecord &run);

/// A flood and a lossy link; what the guest said of the flood at the end.
void add_hostile(RunRecord &run);

/// bare hung in all runs, mainline in a quarter, netswap in none.
CampaignResult make_campaign(int runs = 10);

} // namespace netswap::test
