// SPDX-License-Identifier: GPL-2.0
// The text of a `sample` message, written into a buffer of the caller.
#pragma once

#include "lib/proc_parse.h"

#include <span>
#include <string_view>

namespace netswap::guest {

struct Sample {
    double t = 0; ///< seconds since boot
    std::uint64_t touched = 0;
    std::uint64_t dropped = 0; ///< TcpExt PFMemallocDrop
};

/// JSON in `buffer`; empty if it does not fit. Allocates nothing.
std::string_view format_sample(std::span<char> buffer, const Sample &sample, const VmCounters &vm,
                               const ZoneTable &zones);

} // namespace netswap::guest
