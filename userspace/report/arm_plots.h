// SPDX-License-Identifier: GPL-2.0
#pragma once

#include <string>
#include <vector>

#include "report/figures.h"

namespace netswap {

/// A bar an arm: share of runs that survived, with its 95 % interval. An <svg>.
std::string survival_plot(const std::vector<ArmFigures> &figures);

/// A row an arm: a dot for each survivor at its elapsed time, and their median. An <svg>.
std::string elapsed_plot(const std::vector<ArmFigures> &figures);

} // namespace netswap
