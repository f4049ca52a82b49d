// SPDX-License-Identifier: GPL-2.0
// Numbers as people read them.
#pragma once

#include <cstdint>
#include <string>

namespace netswap::live {

/// "0 B", "512 KiB", "1.5 MiB", "12.0 GiB"
std::string size_text(std::uint64_t bytes);
/// The same for a terminal with little room: "0", "512K", "1.5M"
std::string short_size(double bytes);
/// "0.250 s", "12 s", "5 min 3 s", "2 h 3 min", "4 d 2 h"
std::string duration_text(double seconds);
/// "2026-11-21 16:58:36 UTC"
std::string date_text(std::int64_t wall_s);
/// "16:58:36", UTC
std::string time_text(std::int64_t wall_s);

} // namespace netswap::live
