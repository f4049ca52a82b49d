// SPDX-License-Identifier: GPL-2.0
// What the host asks for while the storm goes on. Nothing here allocates or waits.
#include <charconv>
#include <cinttypes>
#include <cstdio>

#include "guest/storm.h"

namespace netswap::guest {

void Storm::follow_orders() {
    constexpr std::string_view daemon_kill = "daemon-kill ";
    constexpr std::string_view fail_some = "fail ";
    for (std::string_view order; !(order = channel_.order()).empty();) {
        std::uint32_t ms = 0;
        if (order == "end") {
            told_to_end_ = true;
            let_end();
        } else if (order.starts_with(daemon_kill) && killer_) {
            order.remove_prefix(daemon_kill.size());
            std::from_chars(order.data(), order.data() + order.size(), ms);
            killer_->order(ms);
        } else if (order.starts_with(fail_some) && failing_) {
            make_allocations_fail(order.substr(fail_some.size()));
        }
    }
}

void Storm::make_allocations_fail(std::string_view which) {
    if (which == "receive")
        return failing_->begin(FailingAllocations::Path::receive);
    if (which == "transmit")
        return failing_->begin(FailingAllocations::Path::transmit);
    const auto failed = failing_->end();
    if (!failed)
        return give_up(Outcome::error, failed.error().message);
    char text[80];
    std::snprintf(text, sizeof text, R"({"type":"failed_allocations","count":%)" PRIu64 "}",
                  *failed);
    channel_.send(text);
}

} // namespace netswap::guest
