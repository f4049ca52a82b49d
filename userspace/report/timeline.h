// SPDX-License-Identifier: GPL-2.0
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "report/figures.h"

namespace netswap {

/// Where the plots have their axes, in units of their viewBox; page.js is told through the page.
namespace plot_frame {
inline constexpr double width = 400;
inline constexpr double left = 46;
inline constexpr double right = 392;
inline constexpr double top = 8;
inline constexpr double below = 38; ///< from the x axis to the lower edge
} // namespace plot_frame

/// When a run came to its bad end, seconds since the guest's agent started: for a hang the last
/// sample in which pages had moved, otherwise the last sample. Nothing for a pass or no samples.
std::optional<double> stop_time(const RunRecord &run);

/// The run that stands for its arm in the time plots: the first that hung, else the first that
/// failed, else the survivor nearest to the median. Only runs with samples; nullptr for none.
const RunRecord *run_to_show(const ArmFigures &arm);

/// Ranges shared by the plots of all arms, so that they can be compared.
struct TimeRanges {
    double seconds = 1;
    double pages = 1;     ///< free pages; what lies above is cut off
    double mib_per_s = 1; ///< swap traffic; likewise
};

TimeRanges common_ranges(const std::vector<const RunRecord *> &runs);

/// The watermarks without the boost that the kernel adds for a while against fragmentation:
/// those of the sample with the lowest min. `samples` is not empty.
const Sample &watermarks_at_rest(const std::vector<Sample> &samples);

/// Swap traffic between two samples, MiB/s at 4 KiB a page; never below 0.
double swap_rate(const Sample &before, const Sample &after, std::int64_t Sample::*total);

/// Free pages against the watermarks. An <svg>.
std::string free_plot(const RunRecord &run, const TimeRanges &ranges);

/// Swap-out and swap-in rate. An <svg>.
std::string rate_plot(const RunRecord &run, const TimeRanges &ranges);

} // namespace netswap
