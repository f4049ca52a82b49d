// SPDX-License-Identifier: GPL-2.0
#include "lib/console_scan.h"

#include "lib/boot_console.h"
#include "lib/hang_analysis.h"
#include "lib/task_dump.h"
#include "target.h"
#include "targets.h"

namespace netswap::fuzz {

void console(std::string_view input) {
    const auto found = scan_console(input);
    for (const auto *line : {&found.fatal, &found.warning, &found.oom_kill, &found.io_error})
        require(line->find('\n') == std::string::npos, "a finding of several lines: " + *line);
    require(last_lines(input, 3).find('\n') == std::string::npos, "last lines in several lines");

    const auto report = analyse_hang(input, {});
    require(!report.cycle.empty(), "a hang without a word");
    for (const auto &line : report.cycle)
        require(!line.empty() && line.find('\n') == std::string::npos, "a bad line: " + line);
    (void)wants_all_tasks(input);

    for (const auto &check : check_power_off(input, "demo", "networking.service"))
        require(!check.name.empty() && (check.ok || !check.detail.empty()),
                "a check that fails without a word: " + check.name);
}

} // namespace netswap::fuzz
