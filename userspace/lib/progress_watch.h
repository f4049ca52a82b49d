// SPDX-License-Identifier: GPL-2.0
#pragma once

#include <cstdint>

namespace netswap {

/// Decides whether a run still gets anywhere. Progress is
///   - a change in the pages touched, swapped in or swapped out, as the guest counts them,
///   - a phase of the guest's agent beginning or ending,
///   - a mebibyte over the wire: an agent that is starved of memory itself falls silent, while its
///     guest may still be swapping. What is sent again and again in a deadlock is far less.
/// Times in seconds of one clock.
class ProgressWatch {
  public:
    ProgressWatch(double hang_after_s, double now) : hang_after_(hang_after_s), last_(now) {}

    void phase(double now) { last_ = now; }
    /// So many seconds nobody watched.
    void skip(double seconds) { last_ += seconds; }
    void pages(double now, std::int64_t touched, std::int64_t in, std::int64_t out);
    /// `bytes`: sent and received over the guest's network interface since the start.
    void wire(double now, std::uint64_t bytes);

    [[nodiscard]] double quiet_for(double now) const { return now - last_; }
    [[nodiscard]] bool hung(double now) const { return quiet_for(now) >= hang_after_; }
    /// When hung() becomes true if nothing happens.
    [[nodiscard]] double deadline() const { return last_ + hang_after_; }

    static constexpr std::uint64_t wire_step = 1 << 20;

  private:
    double hang_after_;
    double last_;
    std::int64_t touched_ = -1;
    std::int64_t in_ = -1;
    std::int64_t out_ = -1;
    std::uint64_t wire_ = 0;
};

} // namespace netswap
