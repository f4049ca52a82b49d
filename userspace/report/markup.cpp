// SPDX-License-Identifier: GPL-2.0
#include "report/markup.h"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>

namespace netswap {

namespace {

std::string title_element(std::string_view title) {
    return title.empty() ? "" : fmt::format("<title>{}</title>", escape_markup(title));
}

std::string path_data(const std::vector<Svg::Point> &points) {
    std::string data;
    for (const auto &[x, y] : points)
        data += fmt::format("{}{:.1f} {:.1f}", data.empty() ? "M" : "L", x, y);
    return data;
}

} // namespace

std::string escape_markup(std::string_view text) {
    std::string result;
    result.reserve(text.size());
    for (const char c : text) {
        switch (c) {
        case '&':
            result += "&amp;";
            break;
        case '<':
            result += "&lt;";
            break;
        case '>':
            result += "&gt;";
            break;
        case '"':
            result += "&quot;";
            break;
        case '\'':
            result += "&#39;";
            break;
        default:
            if ((static_cast<unsigned char>(c) < 0x20 && c != '\t' && c != '\n') || c == 0x7f)
                result += "\xef\xbf\xbd";
            else
                result += c;
        }
    }
    return result;
}

double Scale::operator()(double value) const {
    if (to == from)
        return begin;
    return begin + (value - from) / (to - from) * (end - begin);
}

std::vector<double> nice_ticks(double most, int count) {
    if (!(most > 0) || !std::isfinite(most) || count < 1)
        return {0};
    const double raw = most / count;
    const double power = std::pow(10, std::floor(std::log10(raw)));
    double step = 10 * power;
    for (const double factor : {1.0, 2.0, 5.0}) {
        if (factor * power >= raw * (1 - 1e-9)) {
            step = factor * power;
            break;
        }
    }
    std::vector<double> ticks;
    for (int i = 0; i * step <= most * (1 + 1e-9); i++)
        ticks.push_back(i * step);
    return ticks;
}

Svg::Svg(double width, double height, std::string_view label, std::string_view kind)
    : body_(fmt::format("<svg viewBox=\"0 0 {:.0f} {:.0f}\" class=\"{}\" role=\"img\" "
                        "aria-label=\"{}\">\n",
                        width, height, escape_markup(kind), escape_markup(label))) {}

void Svg::line(Point from, Point to, std::string_view classes) {
    body_ += fmt::format("<line x1=\"{:.1f}\" y1=\"{:.1f}\" x2=\"{:.1f}\" y2=\"{:.1f}\" "
                         "class=\"{}\"/>\n",
                         from.first, from.second, to.first, to.second, classes);
}

void Svg::rect(Point corner, double width, double height, std::string_view classes,
               std::string_view title) {
    body_ += fmt::format("<rect x=\"{:.1f}\" y=\"{:.1f}\" width=\"{:.1f}\" height=\"{:.1f}\" "
                         "class=\"{}\">{}</rect>\n",
                         corner.first, corner.second, std::max(width, 0.0), std::max(height, 0.0),
                         classes, title_element(title));
}

void Svg::circle(Point centre, double radius, std::string_view classes, std::string_view title) {
    body_ += fmt::format("<circle cx=\"{:.1f}\" cy=\"{:.1f}\" r=\"{:.1f}\" class=\"{}\">{}"
                         "</circle>\n",
                         centre.first, centre.second, radius, classes, title_element(title));
}

void Svg::text(Point at, std::string_view content, std::string_view classes,
               std::string_view anchor) {
    body_ += fmt::format("<text x=\"{:.1f}\" y=\"{:.1f}\" class=\"{}\" text-anchor=\"{}\">{}"
                         "</text>\n",
                         at.first, at.second, classes, anchor, escape_markup(content));
}

void Svg::path(const std::vector<Point> &points, std::string_view classes) {
    if (points.size() < 2)
        return;
    body_ += fmt::format("<path d=\"{}\" class=\"{}\"/>\n", path_data(points), classes);
}

void Svg::area(const std::vector<Point> &points, double base, std::string_view classes) {
    if (points.size() < 2)
        return;
    body_ += fmt::format("<path d=\"{}L{:.1f} {:.1f}L{:.1f} {:.1f}Z\" class=\"{}\"/>\n",
                         path_data(points), points.back().first, base, points.front().first, base,
                         classes);
}

void Svg::begin_clip(Point corner, double width, double height) {
    // A nested <svg> clips to its own box without an id that would have to be unique in the page.
    body_ += fmt::format("<svg x=\"{0:.1f}\" y=\"{1:.1f}\" width=\"{2:.1f}\" height=\"{3:.1f}\" "
                         "viewBox=\"{0:.1f} {1:.1f} {2:.1f} {3:.1f}\" class=\"clip\">\n",
                         corner.first, corner.second, width, height);
}

void Svg::end_clip() {
    body_ += "</svg>\n";
}

} // namespace netswap
