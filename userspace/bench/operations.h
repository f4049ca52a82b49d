// SPDX-License-Identifier: GPL-2.0
#pragma once

#include <string_view>
#include <vector>

namespace netswap::bench {

/// An operation that every guest measures.
struct Operation {
    std::string_view name;
    std::string_view text; ///< what one of it is
};

/// All of them, in the order of the table.
const std::vector<Operation> &operations();

/// The one whose instructions are the inverse of a throughput.
inline constexpr const char *stream_operation = "tcp-stream-mib";

} // namespace netswap::bench
