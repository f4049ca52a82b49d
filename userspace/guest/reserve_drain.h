// SPDX-License-Identifier: GPL-2.0
// After a storm no page of the reserve may be charged to anybody.
#pragma once

#include <functional>
#include <string>

#include "guest/base.h"
#include "guest/counter_source.h"

namespace netswap::guest {

/// Groups that pages are still charged to, as "rings 12, packets 1"; empty if none.
std::string still_charged(const CounterList &counters);

/// Waits until nothing is charged any more. `receive` is called in between: it has packets come in,
/// so that buffers which a storm left in the receive rings are used up. Fails with what is left
/// after `rounds`, and if nobody keeps accounts.
Result<void> drain_reserve(CounterSource &counters, const std::function<void()> &receive,
                           int rounds);

/// Has interrupts come on this CPU, as far as they can. Each CPU keeps the rest of a page that it
/// cuts heads from, and gives it back when it needs the next.
void take_interrupts_to(int cpu, const std::string &directory = "/proc/irq");

/// Some hundred packets, by short connections to the NBD server; fewer if it does not answer.
void receive_packets(const std::string &server, int port);

} // namespace netswap::guest
