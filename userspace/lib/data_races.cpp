// SPDX-License-Identifier: GPL-2.0
#include "lib/data_races.h"

#include <algorithm>
#include <array>
#include <optional>

#include "lib/arm.h"
#include "lib/console_scan.h"
#include "lib/text.h"

namespace netswap {

namespace {

constexpr std::string_view rule = "=====";

/// "read+0x10/0x20 [nbd]" -> "nbd"; "" for the kernel's own.
std::string_view module_of(std::string_view frame) {
    const auto open = frame.rfind('[');
    return open != frame.npos && frame.ends_with(']')
               ? frame.substr(open + 1, frame.size() - open - 2)
               : std::string_view();
}

/// Ours in the kernel's own files begin so.
constexpr std::array<std::string_view, 2> prefixes{"memreserve_", "bare_"};

bool is_ours(std::string_view frame) {
    const auto module = module_of(frame);
    return std::any_of(prefixes.begin(), prefixes.end(),
                       [&](auto prefix) { return frame.starts_with(prefix); }) ||
           (!module.empty() && module_long_name(module) == module);
}

/// "write to 0xffff8880 of 4 bytes by task 70 on cpu 1:", and the like: the stack follows, and its
/// first line is who did it.
bool is_access(std::string_view line) {
    return line.find(" to 0x") != std::string_view::npos &&
           line.find(" bytes by ") != std::string_view::npos;
}

} // namespace

DataRaces find_data_races(std::string_view console) {
    DataRaces found;
    std::optional<std::string_view> report; // its title, while its accesses are read
    bool ours = false, frame_follows = false;
    const auto end_report = [&] {
        if (report && ours && found.ours.empty())
            found.ours = *report;
        else if (report && !ours)
            found.others++;
        report.reset();
    };
    for (const auto raw : split(console, '\n')) {
        const auto line = plain_line(raw);
        if (line.starts_with(race_title)) {
            end_report();
            report = line.substr(race_title.size());
            ours = frame_follows = false;
        } else if (report && line.starts_with(rule)) {
            end_report();
        } else if (report) {
            ours = ours || (frame_follows && is_ours(line));
            frame_follows = is_access(line);
        }
    }
    end_report();
    return found;
}

} // namespace netswap
