// SPDX-License-Identifier: GPL-2.0
#include "report/arm_plots.h"

#include <algorithm>
#include <array>
#include <cmath>

#include <fmt/format.h>

#include "report/markup.h"
#include "report/number_text.h"

namespace netswap {

namespace {

// Chosen so that the text is still readable when a phone shows the picture at 0.85 of its size.
constexpr double width = 440;
constexpr double left = 8;
constexpr double right = 432;
constexpr double row_height = 54;
constexpr double label_y = 16;  ///< within a row
constexpr double mark_top = 23; ///< of the bar or the dots, within a row
constexpr double mark_height = 20;
constexpr double axis_height = 40;

/// So much of an arm's name as stands clear of the figures at the end of its row.
std::string short_name(const std::string &arm, std::size_t longest) {
    return arm.size() <= longest ? arm : arm.substr(0, longest - 3) + "...";
}

double height_for(const std::vector<ArmFigures> &figures) {
    return row_height * static_cast<double>(figures.size()) + axis_height;
}

/// Tick lines through all rows, their numbers and the axis title below.
void draw_axis(Svg &svg, const Scale &x, const std::vector<double> &ticks, double bottom,
               std::string_view title, std::string_view unit) {
    for (const double tick : ticks) {
        svg.line({x(tick), 4}, {x(tick), bottom + 4}, "grid");
        const auto anchor = tick == x.from ? "start" : x(tick) > right - 12 ? "end" : "middle";
        svg.text({x(tick), bottom + 17}, fmt::format("{:g}{}", tick, unit), "tick", anchor);
    }
    svg.text({(left + right) / 2, bottom + 34}, title, "axis", "middle");
}

/// Vertical places for dots that would cover each other: each goes to the nearest free one.
std::vector<double> spread_dots(const std::vector<double> &xs, double radius) {
    constexpr std::array<double, 5> offsets{0, 1, -1, 2, -2};
    std::vector<double> ys(xs.size(), 0);
    for (std::size_t i = 0; i < xs.size(); i++) {
        for (const double offset : offsets) {
            const double y = offset * radius * 1.2;
            bool free = true;
            for (std::size_t j = 0; j < i && free; j++)
                free = std::hypot(xs[i] - xs[j], y - ys[j]) >= radius * 1.6;
            ys[i] = y;
            if (free)
                break;
        }
    }
    return ys;
}

} // namespace

std::string survival_plot(const std::vector<ArmFigures> &figures) {
    Svg svg(width, height_for(figures), "Share of runs that survived, by arm, with 95 % intervals",
            "arms");
    const Scale x{0, 100, left, right};
    const double bottom = row_height * static_cast<double>(figures.size());
    draw_axis(svg, x, {0, 25, 50, 75, 100}, bottom, "runs that survived", " %");
    double top = 0;
    for (const auto &arm : figures) {
        const double share = arm.total() ? 100.0 * arm.survived / arm.total() : 0;
        const double low = x(arm.survival95.low * 100);
        const double high = x(arm.survival95.high * 100);
        svg.text({left, top + label_y}, short_name(arm.arm, 34), "name");
        svg.text(
            {right, top + label_y},
            fmt::format("{} of {} [{}]", arm.survived, arm.total(), percent_range(arm.survival95)),
            "value", "end");
        const auto hint =
            fmt::format("{}: {} of {} survived; {}", arm.arm, arm.survived, arm.total(),
                        arm.failures.empty() ? "no failure" : failure_text(arm.failures));
        svg.rect({left, top + mark_top}, right - left, mark_height, "track", hint);
        svg.rect({left, top + mark_top}, x(share) - left, mark_height, "survived", hint);
        const double middle = top + mark_top + mark_height / 2;
        for (const char *layer : {"whisker halo", "whisker"}) {
            svg.line({low, middle}, {high, middle}, layer);
            svg.line({low, middle - 5}, {low, middle + 5}, layer);
            svg.line({high, middle - 5}, {high, middle + 5}, layer);
        }
        top += row_height;
    }
    return svg.str();
}

std::string elapsed_plot(const std::vector<ArmFigures> &figures) {
    Svg svg(width, height_for(figures), "Elapsed time of each run that survived, by arm", "arms");
    double most = 0;
    for (const auto &arm : figures)
        if (arm.elapsed_spread)
            most = std::max(most, arm.elapsed_spread->high);
    const Scale x{0, most > 0 ? most * 1.04 : 1, left, right - 4};
    const double bottom = row_height * static_cast<double>(figures.size());
    draw_axis(svg, x, nice_ticks(x.to, 6), bottom, "length of the storm, seconds", "");
    double top = 0;
    for (const auto &arm : figures) {
        constexpr double radius = 4;
        const double middle = top + mark_top + mark_height / 2;
        svg.text({left, top + label_y}, short_name(arm.arm, 25), "name");
        svg.rect({left, top + mark_top}, right - left, mark_height, "track");
        if (arm.elapsed.empty()) {
            svg.text({right, top + label_y}, "no survivor", "value", "end");
            top += row_height;
            continue;
        }
        auto note = fmt::format("median {} s", seconds(arm.elapsed_median));
        if (arm.to_mainline)
            note += fmt::format(", {} \u00d7 mainline", factor(arm.to_mainline->value));
        svg.text({right, top + label_y}, note, "value", "end");

        std::vector<double> xs;
        for (const double value : arm.elapsed)
            xs.push_back(x(value));
        const auto offsets = spread_dots(xs, radius);
        for (std::size_t i = 0; i < xs.size(); i++)
            svg.circle({xs[i], middle + offsets[i]}, radius, "dot",
                       fmt::format("{} s", seconds(arm.elapsed[i])));
        svg.line({x(*arm.elapsed_median), top + mark_top - 2},
                 {x(*arm.elapsed_median), top + mark_top + mark_height + 2}, "median");
        top += row_height;
    }
    return svg.str();
}

} // namespace netswap
