// SPDX-License-Identifier: GPL-2.0
#pragma once

#include <cstdint>

namespace netswap {

/// Bytes that arrived or were acknowledged, over all connections of a TCP port: what got through,
/// whatever else uses the link. It only grows, though connections come and go.
class TcpBytes {
  public:
    explicit TcpBytes(std::uint16_t port) : port_(port) {}

    /// Asks the kernel; the last total if it does not answer.
    std::uint64_t read();
    /// Takes the sum over the connections that are there now.
    std::uint64_t take(std::uint64_t sum);

  private:
    std::uint16_t port_;
    std::uint64_t last_ = 0;
    std::uint64_t total_ = 0;
};

} // namespace netswap
