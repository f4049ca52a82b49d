// SPDX-License-Identifier: GPL-2.0
#include "report/statistics.h"

#include <algorithm>
#include <cmath>
#include <cstddef>

namespace netswap {

namespace {

constexpr double z95 = 1.959963984540054;

/// Above this many quotients the normal approximation is as good as exact and far cheaper.
constexpr std::size_t most_exact_pairs = 2500;

/// How many of the sorted a/b quotients lie outside the 95 % interval at each end,
/// by the exact distribution of Mann-Whitney's U. Zero: no interval reaches 95 %.
std::size_t exact_cut(std::size_t m, std::size_t n) {
    // share[i][u] after row j: probability that U = u for samples of i and j values.
    // Recurrence: the largest value is of the first sample (adds j to U) or of the second.
    std::vector<std::vector<double>> share(m + 1, std::vector<double>(m * n + 1, 0.0));
    for (auto &row : share)
        row[0] = 1;
    for (std::size_t j = 1; j <= n; j++) {
        for (std::size_t i = 1; i <= m; i++) {
            const double first = static_cast<double>(i) / static_cast<double>(i + j);
            for (std::size_t u = i * j + 1; u-- > 0;) {
                const double from_first = u >= j ? share[i - 1][u - j] : 0;
                const double from_second = u <= i * (j - 1) ? share[i][u] : 0;
                share[i][u] = first * from_first + (1 - first) * from_second;
            }
        }
    }
    double tail = 0;
    std::size_t cut = 0;
    while (cut < m * n) {
        tail += share[m][cut];
        if (tail > 0.025)
            break;
        cut++;
    }
    return cut;
}

std::size_t approximate_cut(std::size_t m, std::size_t n) {
    const double pairs = static_cast<double>(m) * static_cast<double>(n);
    const double deviation = std::sqrt(pairs * static_cast<double>(m + n + 1) / 12);
    return static_cast<std::size_t>(std::max(0.0, std::floor(pairs / 2 - z95 * deviation)));
}

} // namespace

Interval wilson95(int survived, int runs) {
    if (runs <= 0)
        return {0, 1};
    const double n = runs;
    const double p = static_cast<double>(survived) / n;
    const double z2 = z95 * z95;
    const double centre = (p + z2 / (2 * n)) / (1 + z2 / n);
    const double half = z95 / (1 + z2 / n) * std::sqrt(p * (1 - p) / n + z2 / (4 * n * n));
    // The ends are exact at 0 of n and n of n; rounding must not move them.
    return {survived <= 0 ? 0 : std::max(0.0, centre - half),
            survived >= runs ? 1 : std::min(1.0, centre + half)};
}

std::optional<double> quantile(std::vector<double> values, double q) {
    if (values.empty())
        return std::nullopt;
    std::sort(values.begin(), values.end());
    const double place = std::clamp(q, 0.0, 1.0) * static_cast<double>(values.size() - 1);
    const auto below = static_cast<std::size_t>(place);
    const auto above = std::min(below + 1, values.size() - 1);
    return values[below] + (place - static_cast<double>(below)) * (values[above] - values[below]);
}

std::optional<double> median(std::vector<double> values) {
    return quantile(std::move(values), 0.5);
}

std::optional<Ratio> ratio_of_medians(const std::vector<double> &a, const std::vector<double> &b) {
    const auto usable = [](const std::vector<double> &values) {
        return !values.empty() &&
               std::all_of(values.begin(), values.end(), [](double v) { return v > 0; });
    };
    if (!usable(a) || !usable(b))
        return std::nullopt;

    Ratio ratio{*median(a) / *median(b), std::nullopt};
    const std::size_t pairs = a.size() * b.size();
    const std::size_t cut = pairs <= most_exact_pairs ? exact_cut(a.size(), b.size())
                                                      : approximate_cut(a.size(), b.size());
    if (cut == 0)
        return ratio;

    std::vector<double> quotients;
    quotients.reserve(pairs);
    for (double x : a)
        for (double y : b)
            quotients.push_back(x / y);
    std::sort(quotients.begin(), quotients.end());
    // The quotient of medians may by rare chance lie outside; an interval that leaves out the
    // value next to it would only confuse, and a wider one is still a 95 % interval.
    ratio.range95 = Interval{std::min(ratio.value, quotients[cut - 1]),
                             std::max(ratio.value, quotients[pairs - cut])};
    return ratio;
}

} // namespace netswap
