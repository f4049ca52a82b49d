// SPDX-License-Identifier: GPL-2.0
#pragma once

#include <cstdint>
#include <string_view>

#include "lib/result.h"

namespace netswap {

/// Bytes of a size as people write it: "300K", "128M", "1G", "4096" (bytes). Units are powers of
/// 1024 and may be small letters; the number is a whole one above zero. Anything else is bad input.
Result<std::int64_t> parse_size(std::string_view text);

} // namespace netswap
