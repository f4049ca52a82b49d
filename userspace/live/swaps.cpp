// SPDX-License-Identifier: GPL-2.0
#include "live/swaps.h"

#include <algorithm>

#include "lib/text.h"

namespace netswap::live {

namespace {

std::vector<std::string_view> words(std::string_view line) {
    constexpr std::string_view blanks = " \t";
    std::vector<std::string_view> found;
    while (true) {
        const auto begin = line.find_first_not_of(blanks);
        if (begin == std::string_view::npos)
            return found;
        line.remove_prefix(begin);
        const auto end = std::min(line.find_first_of(blanks), line.size());
        found.push_back(line.substr(0, end));
        line.remove_prefix(end);
    }
}

/// The kernel writes blanks in a path as \040 and the like.
std::string unescaped(std::string_view path) {
    std::string out;
    const auto octal = [&](std::size_t at) { return path[at] >= '0' && path[at] <= '7'; };
    for (std::size_t i = 0; i < path.size(); ++i)
        if (path[i] == '\\' && i + 3 < path.size() && octal(i + 1) && octal(i + 2) &&
            octal(i + 3)) {
            out += static_cast<char>((path[i + 1] - '0') * 64 + (path[i + 2] - '0') * 8 +
                                     (path[i + 3] - '0'));
            i += 3;
        } else {
            out += path[i];
        }
    return out;
}

} // namespace

std::vector<SwapEntry> parse_swaps(std::string_view text) {
    std::vector<SwapEntry> uses;
    for (const auto line : split(text, '\n')) {
        const auto parts = words(line);
        if (parts.size() != 5)
            continue;
        const auto size = parse_number(parts[2]);
        const auto used = parse_number(parts[3]);
        const auto prio = parse_number(parts[4]);
        if (!size || !used || !prio || *size < 0 || *used < 0)
            continue; // the headings, or garbage
        uses.push_back({unescaped(parts[0]), static_cast<std::uint64_t>(*size) * 1024,
                        static_cast<std::uint64_t>(*used) * 1024, static_cast<int>(*prio)});
    }
    return uses;
}

} // namespace netswap::live
