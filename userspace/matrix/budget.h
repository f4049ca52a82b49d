// SPDX-License-Identifier: GPL-2.0
#pragma once

#include <optional>
#include <string_view>

#include "lib/clock.h"
#include "lib/result.h"

namespace netswap {

/// Seconds of "90s", "30m", "2h" or "90". Anything else is bad input.
Result<double> parse_duration(std::string_view text);

/// The value of --budget; nothing if it was not given.
Result<std::optional<double>> parse_budget(std::string_view text);

/// How long a search may go on. The clock must outlive it.
class Budget {
  public:
    /// Starts now; without `seconds` there is no end.
    Budget(const Clock &clock, std::optional<double> seconds)
        : clock_(clock), seconds_(seconds), begin_(clock.now()) {}

    [[nodiscard]] bool left() const { return !seconds_ || clock_.now() - begin_ < *seconds_; }

  private:
    const Clock &clock_;
    std::optional<double> seconds_;
    double begin_;
};

} // namespace netswap
