// SPDX-License-Identifier: GPL-2.0
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace netswap {

/// What a guest's console says about its health: the first line of each kind, "" if there is none.
struct ConsoleFindings {
    std::string fatal;   ///< panic, oops, BUG, general protection fault
    std::string warning; ///< WARNING, lockdep and other checkers
    std::string
        oom_kill; ///< the kernel killed for want of memory, and no task that was meant for it
    std::string io_error;    ///< the swap area lost a request: "Read-error on swap-device ..."
    std::string write_error; ///< a write of it failed: the page stays in memory
    std::string lockup;      ///< soft lock-up or stall: a slow host makes them too, so no verdict

    /// What was lost, else what could not be written.
    [[nodiscard]] const std::string &first_io_error() const {
        return io_error.empty() ? write_error : io_error;
    }
};

ConsoleFindings scan_console(std::string_view text);

/// The last `count` lines that hold something, for an error message in one line ("a | b").
std::string last_lines(std::string_view text, int count);

/// A console line without its line end, time stamp and colour.
std::string_view plain_line(std::string_view line);

} // namespace netswap
