// SPDX-License-Identifier: GPL-2.0
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace netswap {

/// Text for HTML or SVG, content or attribute: the five special characters are written as
/// entities, control characters other than tab and newline as U+FFFD.
std::string escape_markup(std::string_view text);

/// From values to picture units along one axis.
struct Scale {
    double from = 0, to = 1;   ///< values
    double begin = 0, end = 1; ///< picture units

    [[nodiscard]] double operator()(double value) const;
};

/// Round values within 0..most for axis ticks, at most `count` + 1 of them, 0 first.
std::vector<double> nice_ticks(double most, int count);

/// One <svg>. Units are CSS pixels when shown at its own width; it scales with the page.
/// Class names are styled in page.css. All text is escaped here.
class Svg {
  public:
    using Point = std::pair<double, double>;

    /// `label` is read out by screen readers; `kind` becomes a class.
    Svg(double width, double height, std::string_view label, std::string_view kind = "");

    void line(Point from, Point to, std::string_view classes);
    void rect(Point corner, double width, double height, std::string_view classes,
              std::string_view title = "");
    void circle(Point centre, double radius, std::string_view classes, std::string_view title = "");
    /// anchor: "start", "middle" or "end".
    void text(Point at, std::string_view content, std::string_view classes = "",
              std::string_view anchor = "start");
    /// An open line through the points.
    void path(const std::vector<Point> &points, std::string_view classes);
    /// The surface between the points and the horizontal line at `base`.
    void area(const std::vector<Point> &points, double base, std::string_view classes);
    /// What is drawn until end_clip() shows only within this rectangle.
    void begin_clip(Point corner, double width, double height);
    void end_clip();

    [[nodiscard]] std::string str() const { return body_ + "</svg>\n"; }

  private:
    std::string body_;
};

} // namespace netswap
