// SPDX-License-Identifier: GPL-2.0
// Is there memory for swap's packets when there is none for anybody else?
#include <algorithm>

#include <fmt/format.h>

#include "live/doctor/checks.h"
#include "live/reserve.h"
#include "live/reserve_plan.h"

namespace netswap::live::doctor {

namespace {

bool thp_is_on(const Machine &machine) {
    const auto choice = machine.sys("kernel/mm/transparent_hugepage/enabled");
    return choice && choice->find("[never]") == std::string::npos;
}

/// `netswap plan` for the areas that are up, or for one connection.
Result<ReservePlan> plan_for(const Machine &machine) {
    std::vector<std::string> servers;
    for (const auto &route : machine.routes)
        if (route.interface != "lo")
            servers.push_back(route.address);
    auto facts = read_machine_facts(machine.paths, machine.outside.links(), servers);
    if (!facts && !servers.empty())
        facts = read_machine_facts(machine.paths, machine.outside.links(), {});
    if (!facts)
        return tl::unexpected(facts.error());
    return make_reserve_plan(*facts, std::max(1, connections_up(machine.paths)));
}

Finding min_free_finding(const Machine &machine, const ReservePlan &plan) {
    const auto numbers = fmt::format(
        "vm.min_free_kbytes is {}, network swap wants {} here (for {} connection{})",
        plan.min_free_now_kb, plan.min_free_needed_kb, plan.conns, plan.conns == 1 ? "" : "s");
    constexpr const char *why = "the reserve is what swap's packets live on; the smaller it is, "
                                "the sooner receive finds it empty";
    if (plan.refusal)
        return {"reserve.min_free", machine.meant() ? Severity::warning : Severity::note,
                *plan.refusal, why, "netswap plan"};
    if (plan.enough)
        return {"reserve.min_free", Severity::ok, numbers, "", ""};
    return {"reserve.min_free", machine.meant() ? Severity::warning : Severity::note, numbers, why,
            fmt::format("sysctl -w vm.min_free_kbytes={} (netswap up does; netswap plan tells why)",
                        plan.min_free_target_kb)};
}

} // namespace

Findings check_reserve(const Machine &machine) {
    Findings out;
    const auto plan = plan_for(machine);
    if (!plan)
        return {{"reserve.min_free", Severity::note, plan.error().message,
                 "without it nobody can tell how large the reserve has to be", "netswap plan"}};
    out.push_back(min_free_finding(machine, *plan));
    if (thp_is_on(machine))
        out.push_back(
            {"reserve.thp", Severity::note,
             fmt::format("transparent huge pages are on: khugepaged keeps vm.min_free_kbytes up, "
                         "at {}",
                         plan->min_free_now_kb),
             "switching them off computes the value anew and may take the reserve away",
             fmt::format("echo vm.min_free_kbytes={} > /etc/sysctl.d/60-netswap.conf",
                         std::max(plan->min_free_now_kb, plan->min_free_target_kb))});
    return out;
}

} // namespace netswap::live::doctor
