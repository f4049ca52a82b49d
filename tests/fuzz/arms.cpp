// SPDX-License-Identifier: GPL-2.0
#include "lib/arm.h"

#include "bench/arms.h"
#include "target.h"
#include "targets.h"

namespace netswap::fuzz {

void arms(std::string_view input) {
    if (const auto list = parse_arms(input); clear(list))
        for (const auto &arm : *list) {
            const auto again = parse_arm(arm.name);
            require(again && *again == arm, "the arm's name is another arm: " + arm.name);
            require(arm.modules.empty() || arm.policy == Policy::stock ||
                        arm.modules.front() == "netswap",
                    "modules without the core: " + arm.name);
        }
    if (const auto list = bench::parse_bench_arms(input); clear(list)) {
        require(bench::baseline_of(*list) < list->size(), "a baseline that is not there");
        for (const auto &arm : *list)
            require(!bench::flavour_of(arm, "6.12").empty(), "an arm without a kernel");
    }
}

} // namespace netswap::fuzz
