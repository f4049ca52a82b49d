// SPDX-License-Identifier: GPL-2.0
#include "matrix/budget.h"

#include <fmt/format.h>

#include "lib/text.h"

namespace netswap {

Result<double> parse_duration(std::string_view text) {
    constexpr std::int64_t most = 366 * 24 * 3600;
    std::int64_t unit = 1;
    auto number = text;
    if (!number.empty()) {
        const char last = number.back();
        unit = last == 'm' ? 60 : last == 'h' ? 3600 : 1;
        if (last == 's' || unit > 1)
            number.remove_suffix(1);
    }
    const auto value = parse_number(number);
    if (!value || *value <= 0 || *value > most / unit)
        return fail(fmt::format("bad time '{}': write 90s, 30m or 2h", text), exit_bad_input);
    return static_cast<double>(*value * unit);
}

Result<std::optional<double>> parse_budget(std::string_view text) {
    if (text.empty())
        return std::nullopt;
    const auto seconds = parse_duration(text);
    if (!seconds)
        return with_context(seconds.error(), "--budget");
    return *seconds;
}

} // namespace netswap
