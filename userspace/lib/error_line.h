// SPDX-License-Identifier: GPL-2.0
#pragma once

#include <string>
#include <string_view>

#include "lib/result.h"

namespace netswap {

/// "PROGRAM: MESSAGE" as one line with its end. Messages repeat what users, servers and files said:
/// control characters in it (a line end, a terminal's escape) become '?'.
std::string error_line(std::string_view program, const Error &error);

} // namespace netswap
