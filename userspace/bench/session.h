// SPDX-License-Identifier: GPL-2.0
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "bench/arms.h"
#include "bench/counts.h"
#include "lib/clock.h"
#include "lib/machine.h"

namespace netswap::bench {

/// What a guest is told to measure.
struct BenchOrders {
    std::vector<std::string> modules; ///< in load order
    bool marked = false;
    int samples = 200;
};

BenchOrders orders_for(const BenchArm &arm, int samples);

/// The line of configuration that the guest waits for.
std::string orders_line(const BenchOrders &orders);

/// Gives a guest that boots its orders and gathers what it counts. An error if it ends, crashes or
/// leaves out an operation before it has said that it is done, or after `limit_s`. `on_phase` hears
/// what it does.
Result<ArmCounts> follow_bench(Machine &machine, const Clock &clock, const BenchOrders &orders,
                               double limit_s,
                               const std::function<void(const std::string &)> &on_phase);

} // namespace netswap::bench
