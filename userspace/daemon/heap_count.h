// SPDX-License-Identifier: GPL-2.0
// Counts every call to the heap, libc's own included, once armed. Linking heap_count.cpp puts the
// counting functions into the place of malloc and its kin.
#pragma once

#include <atomic>
#include <cstdint>

namespace netswap::heap_count {

/// From now on calls are counted in `counter`, which must stay; null switches counting off.
void arm(std::atomic<std::uint64_t> *counter);

} // namespace netswap::heap_count
