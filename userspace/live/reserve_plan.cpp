// SPDX-License-Identifier: GPL-2.0
#include "live/reserve_plan.h"

#include <algorithm>

#include <fmt/format.h>

namespace netswap::live {

namespace {

/// The high watermark lies at 1.5 times min, and kswapd keeps that free: with an eighth of memory
/// as min three sixteenths are out of use. More than that costs more than swap brings. (The kernel
/// itself allows khugepaged a twentieth, and the reservation tree a quarter if told so by hand.)
constexpr std::int64_t limit_fraction = 8;

/// What somebody asks for by name may be more, within reason.
constexpr std::int64_t fixed_fraction = 4;

std::int64_t min_free_of(const MachineFacts &facts, std::int64_t pages) {
    return min_free_for(facts.zones, pages, facts.page_kb());
}

void plan_zones(ReservePlan &plan, const MachineFacts &facts) {
    const auto lowmem = lowmem_managed(facts.zones);
    const auto then = std::max(plan.min_free_target_kb, plan.min_free_now_kb);
    for (const auto &zone : facts.zones) {
        const auto min = zone_min(zone, lowmem, then, facts.page_kb());
        const auto pool =
            zone.lowmem() && lowmem > 0 ? plan.emergency_pages * zone.managed / lowmem : 0;
        plan.zones.push_back({zone.node, zone.name, zone.managed, zone.min, min + pool,
                              zone.lowmem() ? atomic_stop(min) + pool : 0});
    }
}

void warn_of_cards(ReservePlan &plan, const MachineFacts &facts) {
    for (const auto &nic : facts.nics) {
        if (nic.grant == RefillGrant::no)
            plan.warnings.push_back(fmt::format(
                "{} ({}) fills its ring with GFP_ATOMIC, which stops above the part that is kept: "
                "no vm.min_free_kbytes gives it a share of its own; {}",
                nic.name, nic.driver,
                nic.driver == "virtio_net"
                    ? "load netswap_guard, as `netswap up` does"
                    : "use a hooked kernel with rx_reserve, or another card"));
        if (nic.grant == RefillGrant::unknown)
            plan.notes.push_back(fmt::format(
                "{} ({}): not known whether this driver fills its ring from the reserve", nic.name,
                nic.driver.empty() ? "no driver" : nic.driver));
    }
}

void warn_of_size(ReservePlan &plan, const MachineFacts &facts) {
    const auto least_kb = min_free_of(facts, plan.least_pages - plan.emergency_pages);
    if (least_kb > plan.min_free_limit_kb) {
        plan.refusal = fmt::format(
            "this machine is too small: rings, CPUs and two windows a connection alone need {} "
            "pages, that is vm.min_free_kbytes {}, more than an eighth of memory ({} KiB); use "
            "fewer connections or smaller rings (ethtool -G), or --reserve keep",
            plan.least_pages, least_kb, plan.min_free_limit_kb);
    } else if (plan.min_free_needed_kb > plan.min_free_limit_kb) {
        plan.warnings.push_back(fmt::format(
            "the bound is not fully covered: {} KiB needed, {} KiB are an eighth of memory; fewer "
            "connections, a smaller net.ipv4.tcp_wmem[2] or smaller fragment limits bring it down",
            plan.min_free_needed_kb, plan.min_free_limit_kb));
    }
}

void add_notes(ReservePlan &plan, const MachineFacts &facts) {
    if (facts.hook)
        plan.notes.push_back(fmt::format(
            "hooked kernel, refill answered by {}: {} emergency pages lie below every watermark "
            "and are counted",
            facts.hook->refill.empty() ? "nobody" : facts.hook->refill, plan.emergency_pages));
    if (facts.hook)
        plan.notes.emplace_back("netswap's modules size their reservation tree by themselves, from "
                                "rings, CPUs, MTU and sockets: netswap reserve shows it");
    if (facts.boost_factor == 0)
        plan.notes.emplace_back(
            "vm.watermark_boost_factor is 0: no boost hides a small min, so the "
            "min watermark has to be right");
    if (facts.thp_on())
        plan.notes.push_back(fmt::format(
            "huge pages are on: khugepaged wants vm.min_free_kbytes {}; with them off the kernel "
            "would take {}, and netswap sees to it that this is not too little",
            khugepaged_kb(facts.zones, facts.page_kb(), facts.pageblock_pages),
            kernel_default_kb(facts.zones, facts.page_kb())));
    if (facts.same_host)
        plan.notes.emplace_back("the server is this machine: what the server process needs is not "
                                "in this table");
    else if (facts.nics.empty())
        plan.notes.emplace_back("no network card found: rings are not in this table");
}

} // namespace

ReservePlan make_reserve_plan(const MachineFacts &facts, int conns) {
    ReservePlan plan;
    plan.conns = std::max(1, conns);
    plan.terms = reserve_terms(facts, plan.conns);
    for (const auto &term : plan.terms) {
        plan.total_pages += term.pages;
        plan.least_pages += term.least;
    }
    plan.emergency_pages = facts.hook ? facts.hook->emergency_pages : 0;
    plan.missing_pages = std::max<std::int64_t>(0, plan.total_pages - plan.emergency_pages);

    const auto page_kb = facts.page_kb();
    plan.min_now = std::max<std::int64_t>(0, lowmem_min(facts.zones) - plan.emergency_pages);
    plan.exclusive_now = exclusive_pages(facts.zones, facts.min_free_kb, page_kb);
    plan.min_free_now_kb = facts.min_free_kb;
    plan.min_free_limit_kb = lowmem_managed(facts.zones) * page_kb / limit_fraction;
    plan.min_free_needed_kb = min_free_of(facts, plan.missing_pages);
    plan.min_free_target_kb = std::min(plan.min_free_needed_kb, plan.min_free_limit_kb);
    plan.enough = plan.min_free_now_kb >= plan.min_free_target_kb;
    for (const auto &zone : facts.zones)
        if (zone.lowmem())
            plan.min_needed +=
                zone_min(zone, lowmem_managed(facts.zones), plan.min_free_needed_kb, page_kb);
    plan_zones(plan, facts);

    warn_of_size(plan, facts);
    warn_of_cards(plan, facts);
    add_notes(plan, facts);
    return plan;
}

Result<std::optional<std::int64_t>> wanted_min_free(const AreaSpec &area, const MachineFacts &facts,
                                                    int conns) {
    if (area.reserve == ReservePolicy::keep)
        return std::nullopt;
    if (area.reserve == ReservePolicy::fixed) {
        const auto kb = static_cast<std::int64_t>(area.reserve_bytes / 1024);
        const auto most = lowmem_managed(facts.zones) * facts.page_kb() / fixed_fraction;
        if (kb > most)
            return fail(fmt::format("reserve {}K is more than a quarter of memory ({}K)", kb, most),
                        exit_bad_input);
        return kb;
    }
    const auto plan = make_reserve_plan(facts, conns);
    if (plan.refusal)
        return fail(*plan.refusal, exit_host);
    return plan.min_free_target_kb;
}

} // namespace netswap::live
