// SPDX-License-Identifier: GPL-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "report/statistics.h"

/// Numbers as people read them. An absent number is "-".
namespace netswap {

/// Whole below 10000, then with three figures: "9999", "12.3k", "151k", "1.25M".
std::string compact(std::optional<double> value);

/// Seconds: "18.3", and without the decimal from 100 on.
std::string seconds(std::optional<double> value);

/// "72-100 %".
std::string percent_range(const Interval &share);

/// "0.97", "12.3"
std::string factor(double value);

/// "18.3 (17.9-20.5)"; "-" without a median.
std::string elapsed_text(std::optional<double> median, const std::optional<Interval> &spread);

/// "0.95 [0.88-1.04]", or "0.95" when there are too few values for an interval.
std::string ratio_text(const std::optional<Ratio> &ratio);

} // namespace netswap
