// SPDX-License-Identifier: GPL-2.0
// Time since boot: the same origin as the stamps in the kernel log.
#pragma once

#include <cstdint>
#include <ctime>

namespace netswap::guest {

inline std::uint64_t monotonic_ns() {
    timespec now{};
    ::clock_gettime(CLOCK_MONOTONIC, &now);
    return static_cast<std::uint64_t>(now.tv_sec) * 1'000'000'000U +
           static_cast<std::uint64_t>(now.tv_nsec);
}

inline double seconds_since_boot() {
    return static_cast<double>(monotonic_ns()) / 1e9;
}

} // namespace netswap::guest
