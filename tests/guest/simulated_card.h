// SPDX-License-Identifier: GPL-2.0
// A network card with receive rings and queues that can be changed.
#pragma once

#include "guest/base.h"

#include <string>

namespace netswap::guest {

/// Simulated by the kernel (netdevsim); one queue is in use at first.
class SimulatedCard {
  public:
    SimulatedCard();
    SimulatedCard(const SimulatedCard &) = delete;
    SimulatedCard &operator=(const SimulatedCard &) = delete;
    ~SimulatedCard();

    static bool there();

    [[nodiscard]] const std::string &interface() const { return interface_; }

    static constexpr unsigned queues = 4; ///< at most

  private:
    std::string interface_;
};

/// How the kernel is asked.
enum class Ethtool { ioctl, netlink };

/// Buffers of each receive ring. An error's code is the errno.
Result<void> set_ring(const std::string &interface, unsigned buffers, Ethtool way);

/// Receive queues, each with one for transmit.
Result<void> set_queues(const std::string &interface, unsigned queues, Ethtool way);

} // namespace netswap::guest
