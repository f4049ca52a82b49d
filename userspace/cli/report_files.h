// SPDX-License-Identifier: GPL-2.0
#pragma once

#include <string>

#include "cli/live_commands.h"
#include "lib/record.h"
#include "lib/result.h"

namespace netswap::cli {

Result<CampaignResult> read_campaign(const std::string &file);
Status write_campaign(const CampaignResult &campaign, const std::string &file);
Status write_page(const CampaignResult &campaign, const std::string &file);

} // namespace netswap::cli
