// SPDX-License-Identifier: GPL-2.0
#pragma once

#include <optional>
#include <vector>

namespace netswap {

struct Interval {
    double low = 0;
    double high = 0;

    bool operator==(const Interval &) const = default;
};

/// 95 % Wilson score interval of a proportion, within 0..1. No run at all: 0 to 1.
Interval wilson95(int survived, int runs);

/// Value below which the share `q` (0..1) of `values` lies, linear between neighbours.
/// Nothing for no values.
std::optional<double> quantile(std::vector<double> values, double q);

std::optional<double> median(std::vector<double> values);

struct Ratio {
    double value = 1;                ///< median of a by median of b
    std::optional<Interval> range95; ///< absent: too few values for any 95 % statement
};

/// How much longer `a` takes than `b`. The interval is the exact rank interval (Mann-Whitney)
/// over all quotients a/b, so it holds for small samples and whatever the distribution; with
/// fewer than 4 against 4 (or 3 against 5, ...) values there is none. Deterministic.
/// Nothing when a side is empty or holds a value that is not above zero.
std::optional<Ratio> ratio_of_medians(const std::vector<double> &a, const std::vector<double> &b);

} // namespace netswap
