// SPDX-License-Identifier: GPL-2.0
#include "lib/fault_options.h"

#include <algorithm>

#include <fmt/format.h>

#include "lib/fault.h"

namespace netswap {

namespace {

constexpr double hang_after_with_faults_s = 90;
constexpr double limit_for_fault_s = 60; ///< to get over it

} // namespace

Status fill_faults(const StormArguments &a, RunParams &params) {
    const auto orders = parse_faults(a.faults);
    if (!orders)
        return with_context(orders.error(), "--faults");
    params.faults = faults_text(*orders);
    const auto refuse = [](std::string_view why) {
        return fail(fmt::format("--faults {}", why), exit_bad_input);
    };
    if (!orders->empty() && a.transport != "nbd")
        return refuse(fmt::format("needs --transport nbd, not {}", a.transport));
    for (const auto &order : *orders) {
        if (order.kind == FaultKind::daemon_kill && setup_of(a) != "netswap")
            return refuse("daemon-kill needs --setup netswap: there is no daemon otherwise");
        if (order.kind == FaultKind::server_kill && a.server.find('/') != std::string::npos)
            return refuse(fmt::format("server-kill needs --server nbdkit or nbd-server: {} may not "
                                      "keep what was written",
                                      a.server));
    }
    double faults_s = 0;
    double quiet_s = orders->empty() ? params.hang_after_s : hang_after_with_faults_s * a.patience;
    const double limit_s = limit_for_fault_s * a.patience;
    for (const auto &order : *orders) {
        faults_s += order.count * (limit_s + order.seconds.value_or(0));
        quiet_s = std::max(quiet_s, limit_s + order.seconds.value_or(0));
    }
    params.hang_after_s = a.hang_after_s.value_or(quiet_s);
    params.timeout_s = a.timeout_s.value_or(params.timeout_s + faults_s);
    if (params.timeout_s <= params.hang_after_s)
        return fail(fmt::format("--timeout {} is not longer than --hang-after {}", params.timeout_s,
                                params.hang_after_s),
                    exit_bad_input);
    return {};
}

} // namespace netswap
