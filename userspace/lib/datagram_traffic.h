// SPDX-License-Identifier: GPL-2.0
#pragma once

#include <string>

#include <netinet/in.h>

#include "lib/fd.h"
#include "lib/traffic.h"

namespace netswap {

/// UDP datagrams to one or more addresses in turn.
class DatagramTraffic final : public Traffic {
  public:
    struct Plan {
        HostileKind kind = HostileKind::udp_flood;
        std::vector<std::string> addresses; ///< IPv4
        std::uint16_t port = 0;
        std::size_t bytes = 0; ///< payload of each
        double rate = 0;
        std::uint64_t most = 0;
    };
    explicit DatagramTraffic(Plan plan) : plan_(std::move(plan)) {}

    [[nodiscard]] HostileKind kind() const override { return plan_.kind; }
    Status open() override;
    void step() override;
    [[nodiscard]] const TrafficCount &count() const override { return count_; }
    [[nodiscard]] double rate() const override { return plan_.rate; }
    [[nodiscard]] std::uint64_t most() const override { return plan_.most; }

  private:
    Plan plan_;
    std::vector<sockaddr_in> targets_;
    std::vector<char> payload_;
    std::size_t next_ = 0;
    Fd socket_;
    TrafficCount count_;
};

/// An IPv4 address and port; the error names the text.
Result<sockaddr_in> ipv4_target(const std::string &address, std::uint16_t port);

} // namespace netswap
