// SPDX-License-Identifier: GPL-2.0
#include "lib/error_line.h"

namespace netswap {

std::string error_line(std::string_view program, const Error &error) {
    auto line = std::string(program) + ": " + error.message;
    for (char &c : line)
        if (static_cast<unsigned char>(c) < ' ' || c == 0x7f)
            c = '?';
    return line + "\n";
}

} // namespace netswap
