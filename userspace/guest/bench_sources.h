// SPDX-License-Identifier: GPL-2.0
// A small C program in the style of a kernel's drivers, made up as it is written.
#pragma once

#include <string>
#include <vector>

namespace netswap::guest {

struct SourceFile {
    std::string name;
    std::string text;
};

inline constexpr const char *source_header = "machine.h";

/// What every unit includes.
SourceFile header_source();

/// So many units of different lengths, always the same ones. Each calls the next, so they want to
/// be linked together. They need no library, and compile without a warning.
std::vector<SourceFile> unit_sources(int units);

} // namespace netswap::guest
