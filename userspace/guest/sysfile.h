// SPDX-License-Identifier: GPL-2.0
// Small text files of proc and sysfs.
#pragma once

#include "guest/base.h"

#include <optional>
#include <string>

namespace netswap::guest {

/// The whole file. The error names the path.
Result<std::string> read_text(const std::string &path);

/// The first line without trailing white space; nothing if the file cannot be read.
std::optional<std::string> read_word(const std::string &path);

/// One write of `text` to an existing file. The error names the path.
Result<void> write_text(const std::string &path, const std::string &text);

} // namespace netswap::guest
