// SPDX-License-Identifier: GPL-2.0
#pragma once

#include <string>

#include "lib/record.h"
#include "lib/result.h"

namespace netswap::cli {

/// "netswap: message" on stderr; returns the exit code.
int complain(const Error &error);

Result<CampaignResult> read_campaign(const std::string &file);
Status write_campaign(const CampaignResult &campaign, const std::string &file);
Status write_page(const CampaignResult &campaign, const std::string &file);

} // namespace netswap::cli
