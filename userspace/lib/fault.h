// SPDX-License-Identifier: GPL-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "lib/reply_tamper.h"
#include "lib/result.h"

/// What goes wrong on purpose during a storm.
namespace netswap {

enum class FaultKind {
    server_kill,   ///< the NBD server is killed and started again
    link_drop,     ///< packets vanish: the tap is down, the guest's card notices nothing
    link_carrier,  ///< the guest's card loses its carrier
    daemon_kill,   ///< netswapd in the guest is killed and started again
    reply_drop,    ///< the NBD server's replies vanish
    reply_corrupt, ///< they have a wrong bit in their header
    reply_cut,     ///< the connection ends in the middle of one
    reply_stall,   ///< nothing comes from the server any more
    reply_pieces,  ///< requests and replies go in small pieces
    write_error,   ///< writes are answered with an error
    receive_fail,  ///< allocations of the guest's receive path fail now and then
    transmit_fail, ///< those of nbd's transmit path
};

std::string_view to_string(FaultKind kind);
std::optional<FaultKind> fault_kind_from_string(std::string_view text);
std::vector<FaultKind> all_fault_kinds();
/// What a relay before the server does for a fault of this kind; absent if it is not made there.
std::optional<ReplyFault> reply_fault_of(FaultKind kind);
/// Whether allocations of the guest fail, for which its kernel must be made.
bool fails_allocations(FaultKind kind);

/// One entry of --faults: this many of a kind, and how long each lasts.
struct FaultOrder {
    FaultKind kind = FaultKind::server_kill;
    int count = 0;
    std::optional<double> seconds; ///< absent: random, 0 to 2 s
    bool operator==(const FaultOrder &) const = default;
};

/// "server-kill=5,link-drop=2:7.5" -> orders. Each kind at most once, 1 to 1000 of it, 0 to 600 s.
/// Those of links last 5 s if nothing is said, those of replies 1 or 5 s. The error names the entry
/// and what it should be.
Result<std::vector<FaultOrder>> parse_faults(std::string_view text);

/// The text parse_faults() makes the same orders of.
std::string faults_text(const std::vector<FaultOrder> &orders);

int fault_count(const std::vector<FaultOrder> &orders);

/// One fault to be made.
struct Fault {
    FaultKind kind = FaultKind::server_kill;
    double seconds = 0; ///< from its begin to its end
};

/// Makes faults from the host's side. The tests have one that only takes notes.
class FaultSite {
  public:
    virtual ~FaultSite() = default;
    virtual Status begin(const Fault &fault) = 0;
    /// Returns once the cause is gone: the server answers, the link is up.
    virtual Status end(const Fault &fault) = 0;
    /// How often the last fault of a kind that has no effect by itself met something; it is not
    /// over before it did. Absent for other kinds.
    virtual std::optional<std::uint64_t> hits(const Fault &) { return std::nullopt; }
};

} // namespace netswap
