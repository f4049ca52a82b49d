// SPDX-License-Identifier: GPL-2.0
#pragma once

#include <cstdint>
#include <deque>
#include <optional>
#include <random>
#include <vector>

namespace netswap {

/// What a bad link does to packets in one direction: some are lost, some are held until later ones
/// have overtaken them. The same seed and packets give the same losses.
class PacketMangler {
  public:
    using Packet = std::vector<unsigned char>;

    /// Shares of the packets, 0 to 1.
    PacketMangler(double loss, double reordered, std::uint64_t seed)
        : loss_(loss), reordered_share_(reordered), random_(seed) {}

    /// A packet came in. Unless the link is bad just now, it goes out next.
    void offer(Packet packet, bool bad, double now);
    /// The next packet to go out, if there is one.
    std::optional<Packet> next(double now);
    /// Some packet waits to be overtaken.
    [[nodiscard]] bool holds() const { return !held_.empty(); }

    [[nodiscard]] std::uint64_t passed() const { return passed_; }
    [[nodiscard]] std::uint64_t lost() const { return lost_; }
    [[nodiscard]] std::uint64_t overtaken() const { return overtaken_; }

    static constexpr int overtakers = 4;    ///< packets that go before a held one
    static constexpr double hold_s = 0.010; ///< it goes after that long anyhow

  private:
    struct Held {
        Packet packet;
        int before = 0;
        double until = 0;
    };
    bool chance(double share);

    double loss_;
    double reordered_share_;
    std::mt19937_64 random_;
    std::deque<Packet> ready_;
    std::deque<Held> held_;
    std::uint64_t passed_ = 0;
    std::uint64_t lost_ = 0;
    std::uint64_t overtaken_ = 0;
};

} // namespace netswap
