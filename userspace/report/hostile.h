// SPDX-License-Identifier: GPL-2.0
#pragma once

#include <array>
#include <string>
#include <vector>

#include "report/figures.h"

/// Hostile traffic and bad links, as the table and the page show them.
namespace netswap {

/// Heads of the columns of hostile_rows().
inline constexpr std::array<const char *, 6> hostile_heads{
    "arm and kind", "packets", "MiB", "connections", "lost", "in the guest at the end"};

/// A row for each arm and kind of traffic: medians over the runs of what was sent, and what the
/// guest of the last run that got to its end said of it. Empty without hostile runs.
std::vector<std::array<std::string, 6>> hostile_rows(const std::vector<ArmFigures> &figures);

/// The rows as lines for the terminal, with a heading; "" without hostile runs.
std::string hostile_table(const std::vector<ArmFigures> &figures);

} // namespace netswap
