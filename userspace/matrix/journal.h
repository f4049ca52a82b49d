// SPDX-License-Identifier: GPL-2.0
#pragma once

#include <string>
#include <vector>

#include <nlohmann/json.hpp>

#include "lib/fd.h"
#include "lib/result.h"

namespace netswap {

/// A file of JSON objects, one a line, that only grows. What was added is on the disk; a line is
/// there whole or not at all, whatever ends the program. One writer at a time.
class Journal {
  public:
    /// Makes the file if there is none. Half a line at its end, left by a crash, is taken away.
    /// Bad input: somebody else writes it, or a line is no object.
    static Result<Journal> open(const std::string &file);

    /// The objects that were there when it was opened.
    [[nodiscard]] const std::vector<nlohmann::json> &lines() const { return lines_; }

    /// One write and one sync. After an error nothing of the line is in the file.
    Status append(const nlohmann::json &object);

  private:
    Journal(std::string file, Fd fd) : file_(std::move(file)), fd_(std::move(fd)) {}

    std::string file_;
    Fd fd_;
    std::vector<nlohmann::json> lines_;
};

/// The objects of such a file, without waiting for its writer; half a line at the end is left out.
/// Bad input: no such file, or a line is no object.
Result<std::vector<nlohmann::json>> read_journal(const std::string &file);

} // namespace netswap
