// SPDX-License-Identifier: GPL-2.0
#pragma once

#include <string>

#include <netinet/in.h>

#include "lib/clock.h"
#include "lib/fd.h"
#include "lib/traffic.h"

namespace netswap {

/// TCP streams into sockets that nobody reads: each is filled until its window is shut. One that
/// has got nowhere for a while is torn down and a new one opened.
class StreamTraffic final : public Traffic {
  public:
    struct Plan {
        std::string address;
        std::uint16_t port = 0;
        int streams = 0; ///< open at a time
        double rate = 0;
        std::uint64_t most = 0;
        double stuck_s = 3; ///< after which a stream is replaced
    };
    StreamTraffic(Plan plan, const Clock &clock) : plan_(std::move(plan)), clock_(clock) {}

    [[nodiscard]] HostileKind kind() const override { return HostileKind::tcp_unread; }
    Status open() override;
    /// One piece into the next stream.
    void step() override;
    [[nodiscard]] const TrafficCount &count() const override { return count_; }
    [[nodiscard]] double rate() const override { return plan_.rate; }
    [[nodiscard]] std::uint64_t most() const override { return plan_.most; }

  private:
    struct Stream {
        Fd socket;
        double moved = 0; ///< when it last took something
    };
    void connect(Stream &stream);

    Plan plan_;
    const Clock &clock_;
    sockaddr_in target_{};
    std::vector<char> payload_;
    std::vector<Stream> streams_;
    std::size_t next_ = 0;
    TrafficCount count_;
};

} // namespace netswap
