// SPDX-License-Identifier: GPL-2.0
#include "lib/proc_parse.h"

#include <algorithm>
#include <charconv>

namespace netswap {
namespace {

constexpr std::string_view blanks = " \t\r";

std::string_view next_line(std::string_view &rest) {
    const auto end = rest.find('\n');
    const auto line = rest.substr(0, end);
    rest.remove_prefix(end == std::string_view::npos ? rest.size() : end + 1);
    return line;
}

std::string_view next_word(std::string_view &rest) {
    const auto begin = rest.find_first_not_of(blanks);
    if (begin == std::string_view::npos) {
        rest = {};
        return {};
    }
    rest.remove_prefix(begin);
    const auto end = std::min(rest.find_first_of(blanks), rest.size());
    const auto word = rest.substr(0, end);
    rest.remove_prefix(end);
    return word;
}

std::optional<std::uint64_t> number(std::string_view word) {
    std::uint64_t value = 0;
    const auto [end, error] = std::from_chars(word.data(), word.data() + word.size(), value);
    if (word.empty() || error != std::errc{} || end != word.data() + word.size())
        return std::nullopt;
    return value;
}

/// "Node 0, zone    DMA32" -> node and name.
bool zone_header(std::string_view line, ZoneSample &zone) {
    if (next_word(line) != "Node")
        return false;
    auto node = next_word(line);
    if (node.empty() || node.back() != ',')
        return false;
    node.remove_suffix(1);
    const auto id = number(node);
    if (!id || next_word(line) != "zone")
        return false;
    const auto name = next_word(line);
    zone = {};
    zone.node = static_cast<int>(*id);
    std::copy_n(name.begin(), std::min(name.size(), zone.name.size() - 1), zone.name.begin());
    return true;
}

enum ZoneField : unsigned { has_free = 1, has_min = 2, has_low = 4, has_high = 8, has_all = 15 };

/// Takes one line inside a zone. Page set lines carry a colon ("high: 14") and do not match.
unsigned zone_field(std::string_view line, ZoneSample &zone) {
    auto key = next_word(line);
    if (key == "pages") {
        if (next_word(line) != "free")
            return 0;
        key = "free";
    } else if (key == "free") {
        return 0;
    }
    const auto value = number(next_word(line));
    if (!value)
        return 0;
    if (key == "free")
        return zone.free = *value, has_free;
    if (key == "min")
        return zone.min = *value, has_min;
    if (key == "low")
        return zone.low = *value, has_low;
    if (key == "high")
        return zone.high = *value, has_high;
    if (key == "managed")
        zone.managed = *value;
    return 0;
}

} // namespace

std::uint64_t ZoneTable::sum(std::uint64_t ZoneSample::*field) const {
    std::uint64_t total = 0;
    for (std::size_t i = 0; i < count; ++i)
        total += zones[i].*field;
    return total;
}

bool parse_vmstat(std::string_view text, VmCounters &out) {
    out = {};
    unsigned seen = 0;
    while (!text.empty()) {
        auto line = next_line(text);
        const auto key = next_word(line);
        const auto value = number(next_word(line));
        if (!value)
            continue;
        if (key == "pswpin")
            out.pswpin = *value, seen |= 1;
        else if (key == "pswpout")
            out.pswpout = *value, seen |= 2;
        else if (key == "pgscan_direct_throttle")
            out.throttle = *value;
        else if (key.starts_with("allocstall_"))
            out.allocstall += *value;
    }
    return seen == 3;
}

bool parse_zoneinfo(std::string_view text, ZoneTable &out) {
    out.count = 0;
    ZoneSample zone;
    unsigned seen = 0;
    bool open = false;
    bool complete = true;
    const auto close = [&] {
        if (!open || zone.managed == 0)
            return;
        complete = complete && seen == has_all;
        if (out.count < ZoneTable::capacity)
            out.zones[out.count++] = zone;
    };
    while (!text.empty()) {
        const auto line = next_line(text);
        ZoneSample fresh;
        if (zone_header(line, fresh)) {
            close();
            zone = fresh;
            seen = 0;
            open = true;
        } else if (open) {
            seen |= zone_field(line, zone);
        }
    }
    close();
    return complete && out.count > 0;
}

std::optional<std::uint64_t> parse_netstat(std::string_view text, std::string_view group,
                                           std::string_view field) {
    while (!text.empty()) {
        auto names = next_line(text);
        auto head = next_word(names);
        if (head.size() != group.size() + 1 || !head.starts_with(group) || head.back() != ':')
            continue;
        auto values = next_line(text);
        if (next_word(values) != head)
            return std::nullopt;
        for (auto name = next_word(names); !name.empty(); name = next_word(names)) {
            const auto value = next_word(values);
            if (name == field)
                return number(value);
        }
        return std::nullopt;
    }
    return std::nullopt;
}

std::optional<std::uint64_t> parse_meminfo(std::string_view text, std::string_view key) {
    while (!text.empty()) {
        auto line = next_line(text);
        const auto head = next_word(line);
        if (head.size() == key.size() + 1 && head.starts_with(key) && head.back() == ':')
            return number(next_word(line));
    }
    return std::nullopt;
}

std::vector<std::string_view> proc_words(std::string_view line) {
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

std::string proc_unescape(std::string_view path) {
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

CounterList parse_counters(std::string_view text) {
    CounterList list;
    while (!text.empty()) {
        auto line = next_line(text);
        const auto key = next_word(line);
        if (const auto value = number(next_word(line)); value && !key.empty())
            list.emplace_back(std::string(key), *value);
    }
    return list;
}

std::string_view parse_choice(std::string_view text) {
    const auto open = text.find('[');
    const auto close = text.find(']', open == std::string_view::npos ? 0 : open);
    if (open != std::string_view::npos && close != std::string_view::npos)
        return text.substr(open + 1, close - open - 1);
    const auto begin = text.find_first_not_of(" \t\r\n");
    if (begin == std::string_view::npos)
        return {};
    return text.substr(begin, text.find_last_not_of(" \t\r\n") - begin + 1);
}

} // namespace netswap
