// SPDX-License-Identifier: GPL-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "lib/result.h"
#include "model/key_index.h"
#include "model/world.h"

namespace netswap::model {

/// What was found in one world.
struct Findings {
    /// States that were visited: all there are, unless `stuck`.
    std::size_t states = 0;
    std::size_t steps = 0;
    /// A state was found in which nobody can do anything but wait; the search ends there.
    bool stuck = false;
    /// States from which no swap-out can be completed any more by the system's own steps. Counted
    /// when nothing is stuck: what is left then is motion without progress.
    std::size_t trapped = 0;
    /// States in which an acknowledgement or a reply is lost for want of memory.
    std::size_t losing = 0;
    /// States in which fewer pages are free than receive has reserved and not used.
    std::size_t share_taken = 0;
    /// The shortest way from the start to the stuck state, or to a trapped one.
    std::vector<Step> trace;
    /// The first step of the trace after which no swap-out can be completed any more, from 1.
    std::size_t point_of_no_return = 0;

    bool progress() const { return !stuck && trapped == 0; }
};

/// Visits every state that can be reached, breadth first, in every order of steps.
class Explorer {
  public:
    explicit Explorer(World world) : world_(std::move(world)) {}

    /// Fails when there are more states than `limit`.
    Result<Findings> explore(std::size_t limit);

  private:
    using Index = KeyIndex::Index;

    /// Notes the states that follow; says whether anybody can do more than try in vain.
    bool visit(Index index, Findings &findings);
    std::vector<std::uint8_t> live_states() const;
    bool completes_from(const State &state) const;
    std::vector<Step> trace_to(Index target) const;

    World world_;
    KeyIndex states_;
    std::vector<Index> parents_;
};

} // namespace netswap::model
