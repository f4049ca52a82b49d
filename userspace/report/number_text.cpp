// SPDX-License-Identifier: GPL-2.0
#include "report/number_text.h"

#include <cmath>

#include <fmt/format.h>

namespace netswap {

namespace {

/// Three figures of a number from 1 to below 1000 (after rounding at most "1000").
std::string three_figures(double value) {
    if (value >= 99.95)
        return fmt::format("{:.0f}", value);
    if (value >= 9.995)
        return fmt::format("{:.1f}", value);
    return fmt::format("{:.2f}", value);
}

} // namespace

std::string compact(std::optional<double> value) {
    if (!value)
        return "-";
    if (std::abs(*value) < 9999.5)
        return fmt::format("{:.0f}", *value);
    if (std::abs(*value) < 999500)
        return three_figures(*value / 1e3) + "k";
    if (std::abs(*value) < 999500000)
        return three_figures(*value / 1e6) + "M";
    return three_figures(*value / 1e9) + "G";
}

std::string seconds(std::optional<double> value) {
    if (!value)
        return "-";
    return fmt::format("{:.{}f}", *value, *value < 99.95 ? 1 : 0);
}

std::string percent_range(const Interval &share) {
    return fmt::format("{:.0f}-{:.0f} %", share.low * 100, share.high * 100);
}

std::string factor(double value) {
    return three_figures(value);
}

std::string elapsed_text(std::optional<double> median, const std::optional<Interval> &spread) {
    if (!median)
        return "-";
    if (!spread || seconds(spread->low) == seconds(spread->high))
        return seconds(median);
    return fmt::format("{} ({}-{})", seconds(median), seconds(spread->low), seconds(spread->high));
}

std::string ratio_text(const std::optional<Ratio> &ratio) {
    if (!ratio)
        return "-";
    if (!ratio->range95)
        return factor(ratio->value);
    return fmt::format("{} [{}-{}]", factor(ratio->value), factor(ratio->range95->low),
                       factor(ratio->range95->high));
}

} // namespace netswap
