// SPDX-License-Identifier: GPL-2.0
#include "lib/size.h"

#include <limits>

#include <fmt/format.h>

#include "lib/text.h"

namespace netswap {

Result<std::int64_t> parse_size(std::string_view text) {
    const auto bad = [&](std::string_view why) {
        return fail(fmt::format("bad size '{}': {} (write 300K, 128M or 1G)", text, why),
                    exit_bad_input);
    };
    if (text.empty())
        return bad("it is empty");

    std::int64_t unit = 1;
    auto digits = text;
    switch (text.back()) {
    case 'k':
    case 'K':
        unit = std::int64_t{1} << 10;
        break;
    case 'm':
    case 'M':
        unit = std::int64_t{1} << 20;
        break;
    case 'g':
    case 'G':
        unit = std::int64_t{1} << 30;
        break;
    default:
        break;
    }
    if (unit != 1)
        digits.remove_suffix(1);

    const auto number = parse_number(digits);
    if (!number)
        return bad("not a whole number with a unit");
    if (*number <= 0)
        return bad("it must be above zero");
    if (*number > std::numeric_limits<std::int64_t>::max() / unit)
        return bad("it is too large");
    return *number * unit;
}

} // namespace netswap
