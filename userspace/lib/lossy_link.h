// SPDX-License-Identifier: GPL-2.0
#pragma once

#include <atomic>
#include <memory>
#include <string>
#include <thread>

#include "lib/clock.h"
#include "lib/fd.h"
#include "lib/packet_mangler.h"
#include "lib/record.h"
#include "lib/result.h"

namespace netswap {

/// A link between two interfaces that loses and reorders packets, both ways, in a thread of its
/// own. It does what netem would, on hosts whose kernel has none.
///
///   host's stack - inner tap - (this) - packet socket on the outer tap - QEMU
class LossyLink {
  public:
    struct Options {
        Fd inner;          ///< the descriptor of a tap with virtio headers
        std::string outer; ///< name of the interface that QEMU's tap is
        double loss = 0;
        double reordered = 0;
        std::uint64_t seed = 0;
    };
    /// The link is good until it is told otherwise.
    static Result<std::unique_ptr<LossyLink>> start(Options options, const Clock &clock);
    ~LossyLink();

    void bad(bool on) { bad_.store(on); }
    /// packets, lost and overtaken of both directions so far; the kind is left to the caller.
    [[nodiscard]] HostileRecord counts() const;

  private:
    LossyLink(Options options, Fd socket, const Clock &clock);
    void relay();
    void pass(int from, int to, PacketMangler &direction);

    Options options_;
    Fd socket_; ///< on the outer interface
    const Clock &clock_;
    PacketMangler to_guest_;
    PacketMangler to_host_;
    std::atomic<bool> bad_{false};
    std::atomic<bool> stopping_{false};
    // Of both directions; the thread's own numbers are no one else's.
    std::atomic<std::uint64_t> passed_{0};
    std::atomic<std::uint64_t> lost_{0};
    std::atomic<std::uint64_t> overtaken_{0};
    std::atomic<std::uint64_t> refused_{0};
    std::thread thread_;
};

} // namespace netswap
