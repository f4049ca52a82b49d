// SPDX-License-Identifier: GPL-2.0
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace netswap::model {

/// Who may do what while memory is short. Each rule is one decision that a kernel makes; what it
/// means for a step is in world.cpp.
struct Rules {
    /// A received packet's head may come from the reserve (patch 9 of the series).
    bool heads_use_reserve = false;
    /// The receive ring may be filled from the reserve (rx_reserve).
    bool refill_uses_reserve = false;
    /// A refill with receive switched off never reclaims (rx_reserve).
    bool refill_never_waits = false;
    /// Transmit takes a page only while more are free than receive has reserved and not used.
    bool transmit_leaves_share = false;
    /// The same for kernel threads (kswapd, the refill's worker), which no throttle holds back.
    bool threads_leave_share = false;
    /// A packet in reserve memory that is for nobody who frees memory is dropped.
    bool strangers_dropped = false;
    /// The reserve lies below what ordinary atomic callers may take.
    bool pool_is_absolute = false;
    /// A sender that waits gives up its socket: an acknowledgement needs no lock that it holds.
    bool sender_lets_go = true;
    /// A connection on which requests are not answered in time is given up (nbd's timer).
    bool request_timer = false;
    /// What TCP needs to send a lost packet again may come from the reserve.
    bool repeat_uses_reserve = false;
    /// User tasks do not begin to write out when half of the reserve is used.
    bool throttle = false;

    bool operator==(const Rules &) const = default;
};

/// A rule by the name that tables and tests use.
struct RuleName {
    const char *name;
    bool Rules::*rule;
    const char *without; ///< what is so when the rule is removed
};

const std::vector<RuleName> &rule_names();

/// How much of everything there is; one unit of memory is a page.
struct Sizes {
    int ring = 2;         ///< buffers of the receive ring
    int cpus = 1;         ///< packets that can be under way in the stack
    int transmit = 2;     ///< the transport's own reservation
    int users = 1;        ///< user tasks that write out
    int threads = 1;      ///< kernel threads that write out
    int kept = 3;         ///< packets that a socket without a reader takes
    bool hostile = false; ///< others send packets, too
    bool loss = false;    ///< packets that were sent may be lost on their way

    /// What receive needs at worst: a full ring, and a buffer and a head for each packet under way.
    int receive_share() const { return ring + 2 * cpus; }
    /// Pages below the min watermark. The same for every arm.
    int min() const { return receive_share() + transmit; }
    /// Packets that may be sent and not acknowledged. A socket's send buffer may be larger than the
    /// reserve: with less than this, transmit could not take all of it even if it were allowed to.
    int unacked() const { return min() - 1; }
    /// Writes under way, so that there is always one more page to write out.
    int requests() const { return unacked() + users + threads + 2; }
};

struct Arm {
    std::string name;
    std::string what; ///< for the reader of a table
    Rules rules;
};

Rules bare();
Rules mainline();
Rules netswap();

/// bare, mainline, the step between, netswap, and netswap without what ends a loss.
std::vector<Arm> arms();

/// netswap with one rule removed, for each of its rules: "netswap - strangers_dropped".
std::vector<Arm> ablations();

} // namespace netswap::model
