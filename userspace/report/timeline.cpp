// SPDX-License-Identifier: GPL-2.0
#include "report/timeline.h"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>

#include "report/markup.h"
#include "report/number_text.h"

namespace netswap {

namespace {

using namespace plot_frame;

constexpr double pages_per_mib = 256;
/// A hang is shown for this long; nothing more happens in it.
constexpr double shown_after_stop_s = 8;

double pages(std::int64_t count) {
    return static_cast<double>(count);
}

/// The grid, both axes and their titles; returns the scales.
std::pair<Scale, Scale> draw_axes(Svg &svg, double bottom, double seconds, double most,
                                  std::string_view title, int ticks) {
    const Scale x{0, seconds, left, right};
    const Scale y{0, most, bottom, top};
    for (const double tick : nice_ticks(most, ticks)) {
        svg.line({left, y(tick)}, {right, y(tick)}, "grid");
        svg.text({left - 5, y(tick) + 4}, compact(tick), "tick", "end");
    }
    for (const double tick : nice_ticks(seconds, 6)) {
        svg.line({x(tick), bottom}, {x(tick), bottom + 4}, "grid");
        svg.text({x(tick), bottom + 16}, fmt::format("{:g}", tick), "tick", "middle");
    }
    svg.text({left, bottom + 31}, title, "axis");
    svg.text({right, bottom + 31}, "seconds", "axis", "end");
    return {x, y};
}

/// The place where a run stopped: everything after it is shaded.
void draw_stop(Svg &svg, const RunRecord &run, const Scale &x, double bottom) {
    const auto stop = stop_time(run);
    if (!stop)
        return;
    const double at = std::min(x(*stop), right);
    svg.rect({at, top}, right - at, bottom - top, "stopped");
    svg.line({at, top}, {at, bottom}, "stop");
}

void label_stop(Svg &svg, const RunRecord &run, const Scale &x) {
    const auto stop = stop_time(run);
    if (!stop)
        return;
    const double at = std::min(x(*stop), right);
    const auto what = run.verdict == Verdict::hang ? "stopped" : to_string(run.verdict);
    const bool fits = right - at > 110;
    svg.text({fits ? at + 6 : at - 6, top + 14},
             fmt::format("{} at {} s", what, netswap::seconds(*stop)), "stop-label",
             fits ? "start" : "end");
}

/// Free memory starts at most of RAM; the interest lies near the watermarks, where it stays once
/// the storm is under way. So: what is usual from the first time near the high watermark on.
double pages_to_show(const std::vector<Sample> &samples) {
    bool under_way = false;
    std::vector<double> free;
    for (const auto &sample : samples) {
        under_way = under_way || sample.free <= 2 * sample.high;
        if (under_way)
            free.push_back(static_cast<double>(sample.free));
    }
    return std::max(1.3 * quantile(free, 0.8).value_or(0),
                    1.5 * static_cast<double>(watermarks_at_rest(samples).high));
}

/// What nearly all of the traffic stays below: a burst between two samples may be many times it.
double traffic_to_show(const std::vector<Sample> &samples) {
    std::vector<double> rates;
    for (std::size_t i = 1; i < samples.size(); i++)
        for (const auto total : {&Sample::pswpout, &Sample::pswpin})
            if (const double rate = swap_rate(samples[i - 1], samples[i], total); rate > 0)
                rates.push_back(rate);
    return 1.25 * quantile(rates, 0.95).value_or(0);
}

} // namespace

std::optional<double> stop_time(const RunRecord &run) {
    if (run.verdict == Verdict::pass || run.samples.empty())
        return std::nullopt;
    if (run.verdict != Verdict::hang)
        return run.samples.back().t;
    for (std::size_t i = run.samples.size() - 1; i > 0; i--) {
        const auto &now = run.samples[i];
        const auto &before = run.samples[i - 1];
        if (now.touched != before.touched || now.pswpin != before.pswpin ||
            now.pswpout != before.pswpout)
            return now.t;
    }
    return run.samples.front().t;
}

const RunRecord *run_to_show(const ArmFigures &arm) {
    const RunRecord *failed = nullptr;
    const RunRecord *typical = nullptr;
    const auto distance = [&](const RunRecord *run) {
        return std::abs(run->elapsed_s.value_or(0) - arm.elapsed_median.value_or(0));
    };
    for (const auto *run : arm.runs) {
        if (run->samples.size() < 2)
            continue;
        if (run->verdict == Verdict::hang)
            return run;
        if (run->verdict != Verdict::pass)
            failed = failed ? failed : run;
        else if (!typical || distance(run) < distance(typical))
            typical = run;
    }
    return failed ? failed : typical;
}

const Sample &watermarks_at_rest(const std::vector<Sample> &samples) {
    return *std::min_element(samples.begin(), samples.end(),
                             [](const auto &a, const auto &b) { return a.min < b.min; });
}

double swap_rate(const Sample &before, const Sample &after, std::int64_t Sample::*total) {
    const double time = after.t - before.t;
    if (time <= 0 || after.*total <= before.*total)
        return 0;
    return static_cast<double>(after.*total - before.*total) / pages_per_mib / time;
}

TimeRanges common_ranges(const std::vector<const RunRecord *> &runs) {
    TimeRanges ranges;
    for (const auto *run : runs) {
        const auto &samples = run->samples;
        const auto stop = stop_time(*run);
        const double end = samples.back().t;
        ranges.seconds = std::max(ranges.seconds, stop ? *stop + shown_after_stop_s : end);
        ranges.pages = std::max(ranges.pages, pages_to_show(samples));
        ranges.mib_per_s = std::max(ranges.mib_per_s, traffic_to_show(samples));
    }
    return ranges;
}

std::string free_plot(const RunRecord &run, const TimeRanges &ranges) {
    constexpr double height = 206;
    constexpr double bottom = height - below;
    Svg svg(width, height, "Free pages over time against the watermarks, arm " + run.arm, "time");
    const auto [x, y] =
        draw_axes(svg, bottom, ranges.seconds, ranges.pages, "free pages, all zones", 6);
    svg.begin_clip({left, top}, right - left, bottom - top);
    draw_stop(svg, run, x, bottom);
    if (!run.samples.empty()) {
        const auto &rest = watermarks_at_rest(run.samples);
        svg.rect({left, y(pages(rest.min))}, right - left, bottom - y(pages(rest.min)), "reserve");
        std::vector<Svg::Point> free;
        std::vector<Svg::Point> boosted;
        for (const auto &sample : run.samples) {
            free.emplace_back(x(sample.t), y(pages(sample.free)));
            boosted.emplace_back(x(sample.t), y(pages(sample.min)));
        }
        svg.path(boosted, "mark boosted");
        svg.line({left, y(pages(rest.high))}, {right, y(pages(rest.high))}, "mark high");
        svg.line({left, y(pages(rest.low))}, {right, y(pages(rest.low))}, "mark low");
        svg.line({left, y(pages(rest.min))}, {right, y(pages(rest.min))}, "mark min");
        svg.path(free, "free");
    }
    svg.end_clip();
    label_stop(svg, run, x);
    return svg.str();
}

std::string rate_plot(const RunRecord &run, const TimeRanges &ranges) {
    constexpr double height = 144;
    constexpr double bottom = height - below;
    Svg svg(width, height, "Swap traffic over time, arm " + run.arm, "time");
    const auto [x, y] =
        draw_axes(svg, bottom, ranges.seconds, ranges.mib_per_s, "swap traffic, MiB/s", 3);
    svg.begin_clip({left, top}, right - left, bottom - top);
    std::vector<Svg::Point> out, in;
    for (std::size_t i = 1; i < run.samples.size(); i++) {
        const auto &before = run.samples[i - 1];
        const auto &after = run.samples[i];
        const double rate_out = y(swap_rate(before, after, &Sample::pswpout));
        const double rate_in = y(swap_rate(before, after, &Sample::pswpin));
        out.emplace_back(x(before.t), rate_out);
        out.emplace_back(x(after.t), rate_out);
        in.emplace_back(x(before.t), rate_in);
        in.emplace_back(x(after.t), rate_in);
    }
    svg.area(out, bottom, "out-area");
    svg.path(out, "out");
    svg.path(in, "in");
    draw_stop(svg, run, x, bottom);
    svg.end_clip();
    return svg.str();
}

} // namespace netswap
