// SPDX-License-Identifier: GPL-2.0
#include "live/area_state.h"
#include "live/reserve_ledger.h"
#include "target.h"
#include "targets.h"

namespace netswap::fuzz {

void area_state(std::string_view input) {
    const auto state = live::parse_area_state(input, "demo.json");
    if (!clear(state))
        return;
    const auto text = live::area_state_json(*state);
    const auto again = live::parse_area_state(text, "demo.json");
    require(again && live::area_state_json(*again) == text, "a state is not read as written");
}

void ledger(std::string_view input) {
    const auto ledger = live::parse_ledger(input, "min_free");
    if (clear(ledger))
        require(ledger->need_kb() >= 0, "a need below zero");
}

} // namespace netswap::fuzz
