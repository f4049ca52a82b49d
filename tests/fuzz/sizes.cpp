// SPDX-License-Identifier: GPL-2.0
#include "lib/size.h"

#include "lib/text.h"
#include "matrix/budget.h"
#include "matrix/grid.h"
#include "target.h"
#include "targets.h"

namespace netswap::fuzz {

void sizes(std::string_view input) {
    if (const auto size = parse_size(input); clear(size)) {
        require(*size > 0, "a size that is not above zero");
        const auto again = parse_size(std::to_string(*size));
        require(again && *again == *size, "bytes are another size");
    }
    if (const auto seconds = parse_duration(input); clear(seconds))
        require(*seconds > 0 && *seconds <= 366.0 * 24 * 3600, "a time out of bounds");
    clear(parse_budget(input));
    if (const auto values = split_values("mem", input); clear(values))
        for (const auto &value : *values)
            require(!value.empty(), "an empty value of a list");

    const auto parts = split(input, ',');
    std::string joined;
    for (const auto part : parts)
        joined.append(joined.empty() && part.data() == input.data() ? "" : ",").append(part);
    require(joined == input, "a list is not the sum of its parts");
    require(trim(trim(input)) == trim(input), "trimmed once is not trimmed twice");
}

} // namespace netswap::fuzz
