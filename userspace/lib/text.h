// SPDX-License-Identifier: GPL-2.0
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "lib/result.h"

namespace netswap {

/// Parts of `text` between separators; an empty text gives no part, "a,,b" three.
std::vector<std::string_view> split(std::string_view text, char separator);

std::string join(const std::vector<std::string> &parts, std::string_view separator);

/// Without blanks and line ends at either side.
std::string_view trim(std::string_view text);

/// The whole of `text` as a decimal number, or nothing.
std::optional<std::int64_t> parse_number(std::string_view text);

/// Without overlong forms and surrogates.
bool is_utf8(std::string_view text);

/// Whole file; the error names it.
Result<std::string> read_file(const std::filesystem::path &path);

/// Replaces the file in one step (temporary name, then rename), so a reader never sees half of it.
Status write_file(const std::filesystem::path &path, std::string_view content);

/// The same where a user names the file: a device or a pipe is written to, and a symbolic link is
/// written through.
Status write_output(const std::filesystem::path &path, std::string_view content);

} // namespace netswap
