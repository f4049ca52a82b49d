// SPDX-License-Identifier: GPL-2.0
#include "lib/state_check.h"

#include <algorithm>
#include <array>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "lib/arm.h"
#include "lib/hostile_state.h"
#include "lib/text.h"

namespace netswap {

namespace {

constexpr std::array<std::pair<std::string_view, std::string_view>, 4> drivers{{
    {"virtio-net", "virtio_net"},
    {"e1000", "e1000"},
    {"rtl8139", "8139cp"},
    {"vmxnet3", "vmxnet3"},
}};

using Differences = std::vector<std::string>;

/// The guest says "stock", or nothing, where /sys/kernel/memreserve is missing.
bool has_hooks(const StateReadback &state) {
    return !state.policy.empty() && state.policy != "stock";
}

void check_base(const RunPlan &plan, const StateReadback &state, Differences &out) {
    if (plan.arm.policy == Policy::stock) {
        if (has_hooks(state))
            out.push_back(fmt::format("the kernel has hooks (policy {}), the arm asks for a stock "
                                      "one",
                                      state.policy));
        return;
    }
    const auto wanted = to_string(plan.arm.policy);
    if (!has_hooks(state))
        out.emplace_back("the kernel has no hooks");
    else if (state.policy != wanted)
        out.push_back(fmt::format("policy is {}, not {}", state.policy, wanted));
}

void check_modules(const RunPlan &plan, const StateReadback &state, Differences &out) {
    for (const auto &module : plan.arm.modules)
        if (std::find(state.modules.begin(), state.modules.end(), module) == state.modules.end())
            out.push_back(fmt::format("module {} is not loaded", module));
    for (const auto &module : state.modules)
        if (module_long_name(module) && !plan.arm.has(module))
            out.push_back(fmt::format("module {} is loaded", module));
    if (plan.arm.policy == Policy::stock)
        return;

    const auto base = std::string(to_string(plan.arm.policy));
    for (const auto &[group, answers] : state.groups) {
        auto wanted = base;
        for (const auto &module : plan.arm.modules)
            for (const auto &asked : groups_of_module(module))
                if (asked == group)
                    wanted = "module:" + module;
        if (answers != wanted)
            out.push_back(fmt::format("{} is answered by {}, not {}", group, answers, wanted));
    }
}

void check_machine(const RunPlan &plan, const StateReadback &state, Differences &out) {
    const auto &p = plan.params;
    if (p.min_free_kb >= 0 && state.min_free_kbytes != p.min_free_kb)
        out.push_back(
            fmt::format("min_free_kbytes is {}, not {}", state.min_free_kbytes, p.min_free_kb));
    if (state.thp != "never" && !state.thp.empty())
        out.push_back(fmt::format("transparent huge pages are {}, not never", state.thp));
    if (state.cpus != p.cpus)
        out.push_back(fmt::format("the guest has {} CPUs, not {}", state.cpus, p.cpus));
    if (p.transport != "nbd")
        return;
    for (const auto &[nic, driver] : drivers)
        if (nic == p.nic && state.nic_driver != driver)
            out.push_back(fmt::format("the NIC's driver is {}, not {}", state.nic_driver, driver));

    // Who marks: the kernel itself on the mainline base, or our module on either.
    if (plan.arm.policy == Policy::stock || state.marked_sockets < 0)
        return;
    const bool marks = plan.arm.policy == Policy::mainline || plan.arm.has("sock_memalloc");
    if (marks && state.marked_sockets == 0)
        out.emplace_back("no socket is marked");
    if (!marks && state.marked_sockets > 0)
        out.push_back(fmt::format("{} sockets are marked, none should be", state.marked_sockets));
}

} // namespace

std::string state_mismatch(const RunPlan &plan, const StateReadback &state) {
    Differences differences;
    check_base(plan, state, differences);
    check_modules(plan, state, differences);
    check_machine(plan, state, differences);
    for (auto &lack : hostile_mismatch(plan.params, state))
        differences.push_back(std::move(lack));
    return join(differences, "; ");
}

} // namespace netswap
