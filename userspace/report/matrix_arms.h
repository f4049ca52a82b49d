// SPDX-License-Identifier: GPL-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "report/matrix_figures.h"
#include "report/statistics.h"

/// What an arm did in all scenarios of a matrix together.
namespace netswap {

/// The least that receive had left of its share of the reserve, in pages.
struct LowestShare {
    std::uint64_t pages = 0;
    std::string cell; ///< "mem 128M, min-free 300K"
    int run = 0;
};

struct ArmTotals {
    std::string arm;
    int survived = 0;
    int total = 0;
    Interval survival95;
    std::optional<double> to_mainline; ///< elapsed: the median of the scenarios' ratios
    std::optional<LowestShare> lowest; ///< nothing where nobody took from the reserve
};

/// Arms that have runs, in the matrix' order.
std::vector<ArmTotals> arm_totals(const MatrixFigures &figures);

/// "477 pages (mem 128M, min-free 300K, run 3)", or "-".
std::string lowest_share_text(const ArmTotals &totals);

} // namespace netswap
