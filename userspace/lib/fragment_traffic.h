// SPDX-License-Identifier: GPL-2.0
#pragma once

#include <string>

#include <netinet/in.h>

#include "lib/fd.h"
#include "lib/traffic.h"

namespace netswap {

/// First fragments of IPv4 packets whose rest never comes. Needs CAP_NET_RAW.
class FragmentTraffic final : public Traffic {
  public:
    FragmentTraffic(std::string address, double rate, std::uint64_t most)
        : address_(std::move(address)), rate_(rate), most_(most) {}

    [[nodiscard]] HostileKind kind() const override { return HostileKind::fragments; }
    Status open() override;
    void step() override;
    [[nodiscard]] const TrafficCount &count() const override { return count_; }
    [[nodiscard]] double rate() const override { return rate_; }
    [[nodiscard]] std::uint64_t most() const override { return most_; }

  private:
    std::string address_;
    double rate_;
    std::uint64_t most_;
    sockaddr_in target_{};
    std::vector<unsigned char> packet_;
    Fd socket_;
    TrafficCount count_;
};

/// The first fragment of packet number `id`: an IPv4 header that says that more follows, and
/// `bytes` of a UDP datagram, a multiple of 8. The kernel fills in checksum and source.
std::vector<unsigned char> first_fragment(const in_addr &to, std::uint16_t id, std::size_t bytes);

} // namespace netswap
