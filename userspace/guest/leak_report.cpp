// SPDX-License-Identifier: GPL-2.0
#include "guest/leak_report.h"

namespace netswap::guest {
namespace {

constexpr std::string_view object_start = "unreferenced object ";
constexpr std::string_view trace_start = "backtrace";
constexpr int callers_told = 4;

std::string_view next_line(std::string_view &text) {
    const auto end = text.find('\n');
    const auto line = text.substr(0, end);
    text.remove_prefix(end == text.npos ? text.size() : end + 1);
    return line;
}

std::string_view without_blanks(std::string_view line) {
    const auto start = line.find_first_not_of(' ');
    return start == line.npos ? std::string_view{} : line.substr(start);
}

/// "kmalloc_trace+0x1c/0x90" or "[<00000000c5a7d9b1>] kmalloc_trace+0x1c/0x90".
std::string_view function_of(std::string_view frame) {
    if (const auto end = frame.find("] "); end != frame.npos)
        frame.remove_prefix(end + 2);
    return frame.substr(0, frame.find('+'));
}

} // namespace

std::string leaks_in_words(std::string_view report) {
    std::string first;
    int leaks = 0;
    int callers = -1; // before the first trace
    while (!report.empty()) {
        const auto line = without_blanks(next_line(report));
        if (line.starts_with(object_start)) {
            ++leaks;
            if (leaks == 1)
                first = line.substr(object_start.size(), line.rfind(':') - object_start.size());
            continue;
        }
        if (leaks != 1)
            continue;
        if (line.starts_with(trace_start))
            callers = 0;
        else if (callers >= 0 && callers < callers_told && !line.empty())
            first.append(callers++ == 0 ? ", by " : " < ").append(function_of(line));
    }
    if (leaks == 0)
        return {};
    return std::to_string(leaks) + (leaks == 1 ? " leak: " : " leaks, the first: ") + first;
}

} // namespace netswap::guest
