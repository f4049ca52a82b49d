// SPDX-License-Identifier: GPL-2.0
// The terms of the reserve: who may hold memory between a page's way out and the word that it has
// arrived, and how much at most.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "live/machine_facts.h"

namespace netswap::live {

struct ReserveTerm {
    std::string name;       ///< "rx-ring eth0"
    std::int64_t pages = 0; ///< bound
    std::int64_t least = 0; ///< pages without which nothing moves at all
    bool receive = false;   ///< in the group network of the reservation tree
    std::string how;        ///< the computation, with its numbers
    std::string source;     ///< kernel function, paper or patch that it comes from
};

/// `conns`: connections of all swap areas, 1 or more. No term gets smaller with more connections,
/// CPUs, queues, buffers or a larger MTU.
std::vector<ReserveTerm> reserve_terms(const MachineFacts &facts, int conns);

/// Who answers for how deep an allocation may go keeps receive's share from transmit.
bool transmit_is_bounded(const MachineFacts &facts);

} // namespace netswap::live
