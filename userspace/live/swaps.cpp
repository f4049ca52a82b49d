// SPDX-License-Identifier: GPL-2.0
#include "live/swaps.h"

#include "lib/proc_parse.h"
#include "lib/text.h"

namespace netswap::live {

std::vector<SwapEntry> parse_swaps(std::string_view text) {
    std::vector<SwapEntry> uses;
    for (const auto line : split(text, '\n')) {
        const auto parts = proc_words(line);
        if (parts.size() != 5)
            continue;
        const auto size = parse_number(parts[2]);
        const auto used = parse_number(parts[3]);
        const auto prio = parse_number(parts[4]);
        if (!size || !used || !prio || *size < 0 || *used < 0)
            continue; // the headings, or garbage
        uses.push_back({proc_unescape(parts[0]), static_cast<std::uint64_t>(*size) * 1024,
                        static_cast<std::uint64_t>(*used) * 1024, static_cast<int>(*prio)});
    }
    return uses;
}

} // namespace netswap::live
