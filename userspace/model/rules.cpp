// SPDX-License-Identifier: GPL-2.0
#include "model/rules.h"

namespace netswap::model {

const std::vector<RuleName> &rule_names() {
    static const std::vector<RuleName> names{
        {"heads_use_reserve", &Rules::heads_use_reserve,
         "a packet's head needs memory that atomic callers may take"},
        {"refill_uses_reserve", &Rules::refill_uses_reserve,
         "a ring's buffer needs memory that atomic callers may take"},
        {"refill_never_waits", &Rules::refill_never_waits,
         "the refill's worker reclaims with receive switched off"},
        {"transmit_leaves_share", &Rules::transmit_leaves_share, "transmit may take the last page"},
        {"threads_leave_share", &Rules::threads_leave_share,
         "kernel threads may take the last page, user tasks may not"},
        {"strangers_dropped", &Rules::strangers_dropped,
         "a packet for somebody else stays in reserve memory"},
        {"pool_is_absolute", &Rules::pool_is_absolute,
         "atomic callers may take down to 3/8 of min"},
        {"sender_lets_go", &Rules::sender_lets_go,
         "an acknowledgement waits for a lock of the waiting sender"},
        {"repeat_uses_reserve", &Rules::repeat_uses_reserve,
         "to send a lost packet again needs memory that atomic callers may take"},
        {"request_timer", &Rules::request_timer, "a dead connection keeps what it holds"},
        {"throttle", &Rules::throttle, "user tasks go on writing out when half of min is used"},
    };
    return names;
}

Rules bare() {
    return {};
}

Rules mainline() {
    Rules rules;
    rules.heads_use_reserve = true;
    rules.strangers_dropped = true;
    rules.throttle = true;
    return rules;
}

Rules netswap() {
    Rules rules;
    for (const auto &name : rule_names())
        rules.*name.rule = true;
    return rules;
}

std::vector<Arm> arms() {
    auto refilled = mainline();
    refilled.refill_uses_reserve = true;
    refilled.refill_never_waits = true;
    auto given_up = netswap();
    given_up.repeat_uses_reserve = false;
    given_up.request_timer = false;
    return {
        {"bare", "the reserve is for reclaimers", bare()},
        {"mainline", "heads from the reserve, others' marked packets dropped", mainline()},
        {"mainline + refill", "and the ring filled from the reserve, without waiting", refilled},
        {"netswap", "all rules", netswap()},
        {"netswap - both of loss", "neither repetition from the reserve nor nbd's timer", given_up},
    };
}

std::vector<Arm> ablations() {
    std::vector<Arm> all;
    for (const auto &name : rule_names()) {
        auto rules = netswap();
        rules.*name.rule = false;
        // Without the rule for transmit there is none for kernel threads either.
        if (name.rule == &Rules::transmit_leaves_share)
            rules.threads_leave_share = false;
        all.push_back({std::string("netswap - ") + name.name, name.without, rules});
    }
    return all;
}

} // namespace netswap::model
