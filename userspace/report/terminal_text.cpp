// SPDX-License-Identifier: GPL-2.0
#include "report/terminal_text.h"

#include <fmt/format.h>

#include "lib/text.h"

namespace netswap {

std::string painted(std::string text, Paint paint, bool colour) {
    if (!colour || paint == Paint::plain)
        return text;
    const char *code = paint == Paint::good ? "32" : paint == Paint::bad ? "31" : "33";
    return fmt::format("\x1b[{}m{}\x1b[0m", paint == Paint::dim ? "2" : code, text);
}

Paint survival_paint(int survived, int runs) {
    if (survived == runs)
        return Paint::good;
    return survived == 0 ? Paint::bad : Paint::middling;
}

std::string printable(std::string text) {
    for (char &c : text)
        if (static_cast<unsigned char>(c) < 0x20 || c == 0x7f)
            c = '?';
    return text;
}

std::string wrapped(std::string_view text, int width, std::string_view indent) {
    std::string result;
    std::size_t column = 0;
    for (const auto word : split(text, ' ')) {
        if (word.empty())
            continue;
        if (column > 0 && column + 1 + word.size() > static_cast<std::size_t>(width)) {
            result += "\n" + std::string(indent);
            column = indent.size();
        } else if (column > 0) {
            result += " ";
            column++;
        }
        result += word;
        column += word.size();
    }
    return result + "\n";
}

} // namespace netswap
