// SPDX-License-Identifier: GPL-2.0
#pragma once

#include <chrono>

namespace netswap {

/// Time for everything with a limit. Tests put their own in.
class Clock {
  public:
    virtual ~Clock() = default;
    /// Seconds since some fixed point; never goes back.
    [[nodiscard]] virtual double now() const = 0;
};

class SystemClock final : public Clock {
  public:
    [[nodiscard]] double now() const override {
        return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch())
            .count();
    }
};

} // namespace netswap
