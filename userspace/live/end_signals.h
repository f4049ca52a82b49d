// SPDX-License-Identifier: GPL-2.0
// Being told to end while half of the work is done.
#pragma once

#include <array>
#include <csignal>

namespace netswap::live {

/// While it lives, the first SIGINT, SIGTERM or SIGHUP is only noted, the next of its kind ends the
/// process, and SIGPIPE does nothing. What was ignored stays ignored. Programs that are started
/// meanwhile know nothing of this. One at a time.
class EndSignals {
  public:
    EndSignals();
    EndSignals(const EndSignals &) = delete;
    EndSignals &operator=(const EndSignals &) = delete;
    ~EndSignals();

    /// One came.
    [[nodiscard]] static bool came();

  private:
    static constexpr std::array signals_{SIGINT, SIGTERM, SIGHUP, SIGPIPE};
    std::array<struct sigaction, signals_.size()> before_{};
};

} // namespace netswap::live
