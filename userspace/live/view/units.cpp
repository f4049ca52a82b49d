// SPDX-License-Identifier: GPL-2.0
#include "live/view/units.h"

#include <algorithm>
#include <array>
#include <ctime>

#include <fmt/format.h>

namespace netswap::live {

namespace {

std::string stamp(std::int64_t wall_s, const char *format) {
    const auto time = static_cast<std::time_t>(wall_s);
    std::tm parts{};
    std::array<char, 40> text{};
    if (::gmtime_r(&time, &parts) == nullptr ||
        std::strftime(text.data(), text.size(), format, &parts) == 0)
        return "?";
    return text.data();
}

} // namespace

std::string size_text(std::uint64_t bytes) {
    if (bytes < 1024)
        return fmt::format("{} B", bytes);
    auto value = static_cast<double>(bytes) / 1024;
    for (const auto *unit : {"KiB", "MiB", "GiB"}) {
        if (value < 1023.95)
            return fmt::format("{:.1f} {}", value, unit);
        value /= 1024;
    }
    return fmt::format("{:.1f} TiB", value);
}

std::string short_size(double bytes) {
    if (!(bytes >= 0.5))
        return "0";
    if (bytes < 1024)
        return fmt::format("{:.0f}", bytes);
    auto value = bytes / 1024;
    for (const char unit : {'K', 'M', 'G'}) {
        if (value < 9.95)
            return fmt::format("{:.1f}{}", value, unit);
        if (value < 1023.5)
            return fmt::format("{:.0f}{}", value, unit);
        value /= 1024;
    }
    return fmt::format("{:.1f}T", value);
}

std::string duration_text(double seconds) {
    if (seconds < 10)
        return fmt::format("{:.3f} s", std::max(seconds, 0.0));
    const auto whole = static_cast<std::uint64_t>(seconds);
    if (whole < 60)
        return fmt::format("{} s", whole);
    if (whole < 3600)
        return fmt::format("{} min {} s", whole / 60, whole % 60);
    if (whole < 86400)
        return fmt::format("{} h {} min", whole / 3600, whole / 60 % 60);
    return fmt::format("{} d {} h", whole / 86400, whole / 3600 % 24);
}

std::string date_text(std::int64_t wall_s) {
    return stamp(wall_s, "%Y-%m-%d %H:%M:%S UTC");
}

std::string time_text(std::int64_t wall_s) {
    return stamp(wall_s, "%H:%M:%S");
}

} // namespace netswap::live
