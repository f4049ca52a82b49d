// SPDX-License-Identifier: GPL-2.0
#pragma once

#include <string>
#include <string_view>

/// Text for a terminal, as the tables of the report write it.
namespace netswap {

enum class Paint { plain, good, middling, bad, dim };

/// In colour, if that is wanted.
std::string painted(std::string text, Paint paint, bool colour);

/// All survived, none, or some.
Paint survival_paint(int survived, int runs);

/// Without control characters: texts come out of the guest and go to a terminal.
std::string printable(std::string text);

/// Words of `text` on lines of at most `width`, further lines indented; a newline at the end.
std::string wrapped(std::string_view text, int width, std::string_view indent);

} // namespace netswap
