// SPDX-License-Identifier: GPL-2.0
#include "lib/fault.h"

#include "lib/hostile.h"
#include "target.h"
#include "targets.h"

namespace netswap::fuzz {

void faults(std::string_view input) {
    if (const auto orders = parse_faults(input); clear(orders)) {
        const auto text = faults_text(*orders);
        const auto again = parse_faults(text);
        require(again && *again == *orders, "faults are not read as written: " + text);
        require(fault_count(*orders) >= 0, "less faults than none: " + text);
    }
    if (const auto kinds = parse_hostile(input); clear(kinds)) {
        const auto text = hostile_text(*kinds);
        const auto again = parse_hostile(text);
        require(again && *again == *kinds, "hostile kinds are not read as written: " + text);
    }
}

} // namespace netswap::fuzz
