// SPDX-License-Identifier: GPL-2.0
#pragma once

#include <string_view>
#include <vector>

namespace netswap::bench {

/// Where the table has it: with what the kernel does at a time, or with what programs do with it,
/// which is so much more that only a ratio says something.
enum class Section { kernel, programs };
std::string_view to_string(Section section);

/// An operation that every guest measures.
struct Operation {
    std::string_view name;
    std::string_view text; ///< what one of it is
    Section section = Section::kernel;
};

/// All of them, in the order of the table.
const std::vector<Operation> &operations();

/// The one whose instructions are the inverse of a throughput.
inline constexpr const char *stream_operation = "tcp-stream-mib";

} // namespace netswap::bench
