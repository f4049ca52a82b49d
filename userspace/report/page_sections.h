// SPDX-License-Identifier: GPL-2.0
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "report/figures.h"

/// The parts of the HTML page, each a complete element. All text is escaped within.
namespace netswap {

/// From the doctype to the begin of <main>; `more_css` goes behind page.css.
std::string page_opening(const std::string &title, std::string_view more_css = "");

/// One number per arm and measure: the terminal's table.
std::string summary_section(const std::vector<ArmFigures> &figures);

/// Free pages and swap traffic over time, one run of each arm.
std::string time_section(const std::vector<ArmFigures> &figures);

/// Every run that did not survive: when and where it stopped, and its logs.
std::string stopped_section(const std::vector<ArmFigures> &figures);

/// What the guests read back: the proof that each arm was in force.
std::string proof_section(const std::vector<ArmFigures> &figures);

/// What the host sent to make a storm hostile; "" when no run was.
std::string hostile_section(const std::vector<ArmFigures> &figures);

/// Counters of the modules, medians by arm; "" when no run has any.
std::string counter_section(const std::vector<ArmFigures> &figures);

/// Parameters, host, and the command that makes the campaign again.
std::string reproduce_section(const CampaignResult &campaign);

} // namespace netswap
