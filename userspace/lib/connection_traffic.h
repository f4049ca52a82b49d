// SPDX-License-Identifier: GPL-2.0
#pragma once

#include <deque>
#include <string>

#include <netinet/in.h>

#include "lib/fd.h"
#include "lib/traffic.h"

namespace netswap {

/// Many small TCP connections: each is opened, gets a few bytes, and is closed a little later.
class ConnectionTraffic final : public Traffic {
  public:
    struct Plan {
        std::string address;
        std::uint16_t port = 0;
        std::size_t open_at_a_time = 0; ///< the oldest one is closed beyond that
        double rate = 0;
        std::uint64_t most = 0;
    };
    explicit ConnectionTraffic(Plan plan) : plan_(std::move(plan)) {}

    [[nodiscard]] HostileKind kind() const override { return HostileKind::connections; }
    Status open() override;
    void step() override;
    [[nodiscard]] const TrafficCount &count() const override { return count_; }
    [[nodiscard]] double rate() const override { return plan_.rate; }
    [[nodiscard]] std::uint64_t most() const override { return plan_.most; }

  private:
    void close_oldest();

    Plan plan_;
    sockaddr_in target_{};
    std::deque<Fd> open_;
    TrafficCount count_;
};

} // namespace netswap
