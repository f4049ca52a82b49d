// SPDX-License-Identifier: GPL-2.0
#pragma once

#include <optional>
#include <string>

#include "lib/fd.h"
#include "lib/result.h"

namespace netswap {

/// QEMU's monitor for people, over a socket that does not block.
class QemuMonitor {
  public:
    explicit QemuMonitor(Fd socket) : socket_(std::move(socket)) {}

    /// One command, without a line end; what QEMU printed for it, without the echo. Waits two
    /// seconds at most. That QEMU refuses the command is an error, too.
    Result<std::string> ask(const std::string &command);

  private:
    /// Adds to `said` what comes; an error after the time given, or when QEMU is gone.
    Status read_more(std::string &said, double end);

    Fd socket_;
    bool greeted_ = false; ///< its first prompt has come
};

/// What the monitor printed between the echo of the command and its next prompt, or nothing if the
/// prompt is not there yet. The echo is full of escape sequences, for it edits the line as it goes.
std::optional<std::string> monitor_answer(std::string_view said);

} // namespace netswap
