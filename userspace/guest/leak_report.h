// SPDX-License-Identifier: GPL-2.0
// What the kernel reports of memory that it lost.
#pragma once

#include <string>
#include <string_view>

namespace netswap::guest {

/// The text of /sys/kernel/debug/kmemleak as one line: "2 leaks, the first: 0xffff888004a1b000
/// (size 512), by foo < bar". Empty if nothing leaked.
std::string leaks_in_words(std::string_view report);

} // namespace netswap::guest
