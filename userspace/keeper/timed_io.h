// SPDX-License-Identifier: GPL-2.0
// Reading and writing with a deadline, without heap.
#pragma once

#include <cstddef>
#include <cstdint>

namespace netswap::keeper {

enum class Io {
    done,
    timed_out,
    closed, ///< end of file
    failed, ///< errno says why
};

/// CLOCK_MONOTONIC in ns.
std::uint64_t now_ns();

inline constexpr std::uint64_t ns_per_s = 1'000'000'000;
inline constexpr std::uint64_t ns_per_ms = 1'000'000;

/// Waits until `fd` is ready for `events` (POLLIN, POLLOUT), has an error or has ended.
Io wait_ready(int fd, short events, std::uint64_t deadline_ns);

/// All of it or an error. Sockets only: no call blocks, and none raises SIGPIPE.
Io read_fully(int fd, void *into, std::size_t bytes, std::uint64_t deadline_ns);
Io write_fully(int fd, const void *from, std::size_t bytes, std::uint64_t deadline_ns);

} // namespace netswap::keeper
