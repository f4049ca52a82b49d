// SPDX-License-Identifier: GPL-2.0
// A reserve plan for people and for programs.
#pragma once

#include <string>

#include "live/machine_facts.h"
#include "live/reserve_plan.h"

namespace netswap::live {

std::string plan_text(const MachineFacts &facts, const ReservePlan &plan);

/// One object: "machine" (the facts), "terms", "zones", totals in pages, vm.min_free_kbytes now,
/// needed and to be set in KiB, "warnings", "notes", and "refusal" or null.
std::string plan_json(const MachineFacts &facts, const ReservePlan &plan);

} // namespace netswap::live
