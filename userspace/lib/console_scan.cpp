// SPDX-License-Identifier: GPL-2.0
#include "lib/console_scan.h"

#include <array>

#include "lib/data_races.h"
#include "lib/text.h"

namespace netswap {

namespace {

bool contains_any(std::string_view line, const auto &needles) {
    for (const std::string_view needle : needles)
        if (line.find(needle) != std::string_view::npos)
            return true;
    return false;
}

constexpr std::array lockups{std::string_view("soft lockup"), std::string_view("workqueue lockup"),
                             std::string_view("detected stalls"),
                             std::string_view("self-detected stall"),
                             std::string_view("blocked for more than")};
/// A control group at its limit that has nobody to kill says "no killable processes", too, and goes
/// on; the machine as a whole panics over it.
constexpr std::array oom_kills{std::string_view("Out of memory: Killed process"),
                               std::string_view("System is deadlocked on memory")};
// A task that was put first in line, to die in another's stead.
constexpr std::string_view willing = "oom_score_adj:1000";
constexpr std::array fatals{std::string_view("Kernel panic - not syncing"),
                            std::string_view("Oops:"),
                            std::string_view("kernel BUG at"),
                            std::string_view("general protection fault"),
                            std::string_view("unable to handle page fault"),
                            std::string_view("NULL pointer dereference"),
                            std::string_view("double fault")};
constexpr std::array io_errors{
    std::string_view("I/O error, dev nbd"), std::string_view("I/O error on dev nbd"),
    std::string_view("Read-error on swap-device"), std::string_view("Write-error on swap-device")};
constexpr std::array write_errors{std::string_view("Write-error on swap-device"),
                                  std::string_view("op 0x1:(WRITE)")};
/// A device that is disconnected is read once more for a partition table. Swap never reads there.
constexpr std::array first_block{std::string_view("sector 0 op 0x0:(READ)"),
                                 std::string_view("logical block 0,")};
constexpr std::array warnings{
    std::string_view("possible recursive locking"), std::string_view("possible circular locking"),
    std::string_view("suspicious RCU usage"), std::string_view("inconsistent lock state"),
    std::string_view("unreferenced object")};

void note(std::string &first, std::string_view line) {
    if (first.empty())
        first = line;
}

} // namespace

std::string_view plain_line(std::string_view line) {
    line = trim(line);
    if (line.starts_with("[")) {
        const auto end = line.find(']');
        const auto stamp = line.substr(1, end == std::string_view::npos ? 0 : end - 1);
        if (!stamp.empty() && stamp.find_first_not_of(" 0123456789.") == std::string_view::npos)
            line = trim(line.substr(end + 1));
    }
    return line;
}

ConsoleFindings scan_console(std::string_view text) {
    ConsoleFindings found;
    if (const auto races = find_data_races(text); !races.ours.empty())
        found.fatal = "KCSAN: " + races.ours;
    for (const auto raw : split(text, '\n')) {
        const auto line = plain_line(raw);
        if (contains_any(line, lockups))
            note(found.lockup, line);
        else if (contains_any(line, oom_kills)) {
            if (line.find(willing) == std::string_view::npos)
                note(found.oom_kill, line);
        } else if (contains_any(line, fatals) ||
                   (line.starts_with("BUG:") && !line.starts_with(race_title)))
            note(found.fatal, line);
        else if (contains_any(line, io_errors) && contains_any(line, write_errors))
            note(found.write_error, line);
        else if (contains_any(line, io_errors) && !contains_any(line, first_block))
            note(found.io_error, line);
        else if (line.starts_with("WARNING:") || contains_any(line, warnings))
            note(found.warning, line);
    }
    return found;
}

std::string last_lines(std::string_view text, int count) {
    std::vector<std::string> lines;
    for (const auto raw : split(text, '\n'))
        if (const auto line = plain_line(raw); !line.empty())
            lines.emplace_back(line);
    const auto wanted = static_cast<std::size_t>(count);
    if (lines.size() > wanted)
        lines.erase(lines.begin(), lines.end() - static_cast<std::ptrdiff_t>(wanted));
    return join(lines, " | ");
}

} // namespace netswap
