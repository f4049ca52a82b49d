// SPDX-License-Identifier: GPL-2.0
// From what the machine is to the reserve that swap over the network needs on it. Pure: the same
// facts give the same plan.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "live/area.h"
#include "live/machine_facts.h"
#include "live/reserve_terms.h"

namespace netswap::live {

/// What becomes of one zone.
struct ZonePlan {
    int node = 0;
    std::string name;
    std::int64_t managed = 0;
    std::int64_t min_now = 0;
    std::int64_t min_then = 0;
    std::int64_t exclusive_then = 0; ///< below where GFP_ATOMIC stops
};

/// Below the min watermark of a zone GFP_KERNEL stops; user tasks that reclaim are held up at half
/// of it; GFP_ATOMIC stops at 0.375 of it. What is below that is left for transmit on a marked
/// socket (PF_MEMALLOC) and for receive that asks with __GFP_MEMALLOC. So a total of pages is safe
/// from everybody else if 0.375 of the min watermarks cover it.
struct ReservePlan {
    int conns = 1;
    std::vector<ReserveTerm> terms;
    std::int64_t total_pages = 0;
    std::int64_t least_pages = 0;     ///< the terms' least
    std::int64_t emergency_pages = 0; ///< a hooked kernel's pool, which covers a part
    std::int64_t missing_pages = 0;   ///< total without that

    std::vector<ZonePlan> zones;
    std::int64_t min_now = 0;       ///< pages, sum of the zones' min, without the pool
    std::int64_t exclusive_now = 0; ///< pages of it below where GFP_ATOMIC stops
    std::int64_t min_needed = 0;    ///< pages, the same when min_free_needed_kb is set
    std::int64_t min_free_now_kb = 0;
    std::int64_t min_free_needed_kb = 0;
    std::int64_t min_free_limit_kb = 0;  ///< an eighth of memory
    std::int64_t min_free_target_kb = 0; ///< needed, at most the limit; what `up` asks for
    bool enough = false;                 ///< the machine has it already

    std::vector<std::string> warnings; ///< what the plan does not cover, with a remedy
    std::vector<std::string> notes;
    std::optional<std::string> refusal; ///< the machine is too small
};

ReservePlan make_reserve_plan(const MachineFacts &facts, int conns);

/// The vm.min_free_kbytes that an area asks for; nothing if the value is to be left alone. `conns`
/// as above. Refuses a machine that is too small, and a size of more than a quarter of memory.
Result<std::optional<std::int64_t>> wanted_min_free(const AreaSpec &area, const MachineFacts &facts,
                                                    int conns);

} // namespace netswap::live
