// SPDX-License-Identifier: GPL-2.0
#pragma once

#include <cstdint>

namespace netswap {

/// Knows when a run last got anywhere. Progress is
///   - a change in the pages touched, swapped in or swapped out, as the guest counts them,
///   - a phase of the guest's agent beginning or ending,
///   - a mebibyte over the wire: an agent that is starved of memory itself falls silent, while its
///     guest may still be swapping. What is sent again and again in a deadlock is far less.
/// Times in seconds of one clock.
class ProgressWatch {
  public:
    explicit ProgressWatch(double now) : last_(now) {}

    void phase(double now) { last_ = now; }
    /// So many seconds nobody watched.
    void skip(double seconds) { last_ += seconds; }
    void pages(double now, std::int64_t touched, std::int64_t in, std::int64_t out);
    /// `bytes`: sent and received over the guest's network interface since the start.
    void wire(double now, std::uint64_t bytes);

    [[nodiscard]] double quiet_for(double now) const { return now - last_; }
    [[nodiscard]] double last() const { return last_; }

    static constexpr std::uint64_t wire_step = 1 << 20;

  private:
    double last_;
    std::int64_t touched_ = -1;
    std::int64_t in_ = -1;
    std::int64_t out_ = -1;
    std::uint64_t wire_ = 0;
};

} // namespace netswap
