// SPDX-License-Identifier: GPL-2.0
#pragma once

#include <algorithm>
#include <cstdint>

namespace netswap {

/// How many steps are due: `rate` a second, at most `most` in all. What a sleeper missed is made up
/// for, but no more than a tenth of a second of it, so that nothing comes in one burst.
class TrafficPace {
  public:
    TrafficPace(double rate, std::uint64_t most, double now)
        : rate_(rate), left_(most), last_(now) {}

    /// Steps to be made now; they count as made.
    std::uint64_t due(double now) {
        credit_ = std::min(credit_ + (now - last_) * rate_, std::max(1.0, rate_ * longest_s));
        last_ = now;
        const auto steps = std::min(static_cast<std::uint64_t>(credit_), left_);
        credit_ -= static_cast<double>(steps);
        left_ -= steps;
        return steps;
    }

    [[nodiscard]] bool exhausted() const { return left_ == 0; }

    static constexpr double longest_s = 0.1;

  private:
    double rate_;
    double credit_ = 0;
    std::uint64_t left_;
    double last_;
};

} // namespace netswap
