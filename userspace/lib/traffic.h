// SPDX-License-Identifier: GPL-2.0
#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include <sys/types.h>

#include "lib/hostile.h"
#include "lib/result.h"

namespace netswap {

/// What one kind of traffic did so far.
struct TrafficCount {
    std::uint64_t packets = 0;     ///< datagrams, fragments or pieces of a stream
    std::uint64_t bytes = 0;       ///< payload
    std::uint64_t connections = 0; ///< opened
    std::uint64_t refused = 0;     ///< what the host's kernel did not take

    /// One packet, from what sendto() returned.
    void sent(ssize_t taken) {
        if (taken < 0) {
            refused++;
            return;
        }
        packets++;
        bytes += static_cast<std::uint64_t>(taken);
    }
};

/// One kind of traffic towards the guest. Nothing in it waits.
class Traffic {
  public:
    virtual ~Traffic() = default;
    [[nodiscard]] virtual HostileKind kind() const = 0;
    /// Sockets and the like; called once, before everything else.
    virtual Status open() = 0;
    /// Sends one more piece, or does whatever one step is. What the kernel does not take counts as
    /// refused.
    virtual void step() = 0;
    [[nodiscard]] virtual const TrafficCount &count() const = 0;
    /// Steps in a second, and in all: the bounds of this kind.
    [[nodiscard]] virtual double rate() const = 0;
    [[nodiscard]] virtual std::uint64_t most() const = 0;
};

/// The traffic of these kinds towards the lab's guest; kinds without traffic give none.
std::vector<std::unique_ptr<Traffic>> make_traffic(const std::vector<HostileKind> &kinds);

} // namespace netswap
