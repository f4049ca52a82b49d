// SPDX-License-Identifier: GPL-2.0
#include "live/plan_report.h"

#include <algorithm>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "lib/text.h"

namespace netswap::live {

namespace {

using nlohmann::json;

constexpr std::size_t width = 100;

/// Words of `text` in lines of at most `width`, all behind a margin.
std::string fold(std::string_view text, std::size_t margin) {
    std::string out, line;
    for (const auto word : split(text, ' ')) {
        if (!line.empty() && margin + line.size() + 1 + word.size() > width) {
            out += fmt::format("{:{}}{}\n", "", margin, line);
            line.clear();
        }
        line += line.empty() ? "" : " ";
        line += word;
    }
    return out + fmt::format("{:{}}{}\n", "", margin, line);
}

std::string term_table(const MachineFacts &facts, const ReservePlan &plan) {
    std::size_t names = 4;
    for (const auto &term : plan.terms)
        names = std::max(names, term.name.size());
    const auto margin = names + 22;
    auto out = fmt::format("{:{}}  {:>8}  {:>8}  HOW; SOURCE\n", "TERM", names, "PAGES", "KIB");
    for (const auto &term : plan.terms) {
        auto text = fold(term.how, margin) + fold("[" + term.source + "]", margin);
        out += fmt::format("{:{}}  {:>8}  {:>8}  {}", term.name, names, term.pages,
                           term.pages * facts.page_kb(), text.substr(margin));
    }
    out += fmt::format("{:{}}  {:>8}  {:>8}\n", "total", names, plan.total_pages,
                       plan.total_pages * facts.page_kb());
    return out;
}

std::string zone_table(const ReservePlan &plan) {
    auto out = fmt::format("{:<20}  {:>10}  {:>8}  {:>8}  {:>8}\n", "ZONE", "PAGES", "MIN NOW",
                           "MIN THEN", "OF THAT BELOW GFP_ATOMIC");
    for (const auto &zone : plan.zones)
        out += fmt::format("{:<20}  {:>10}  {:>8}  {:>8}  {:>8}\n",
                           fmt::format("node {} {}", zone.node, zone.name), zone.managed,
                           zone.min_now, zone.min_then, zone.exclusive_then);
    return out;
}

std::string verdict(const ReservePlan &plan) {
    if (plan.refusal)
        return "refused: " + *plan.refusal + "\n";
    auto needed = fmt::format("{}", plan.min_free_needed_kb);
    if (plan.min_free_needed_kb > plan.min_free_limit_kb)
        needed += fmt::format(" (at most {} is asked for)", plan.min_free_limit_kb);
    if (plan.enough)
        return fmt::format("vm.min_free_kbytes  now {}, needed {}: would be left alone\n",
                           plan.min_free_now_kb, needed);
    return fmt::format("vm.min_free_kbytes  now {}, needed {}, would be set to {}; by hand:\n\n"
                       "    sysctl -w vm.min_free_kbytes={}\n",
                       plan.min_free_now_kb, needed, plan.min_free_target_kb,
                       plan.min_free_target_kb);
}

json flag(const std::optional<bool> &value) {
    return value ? json(*value) : json(nullptr);
}

const char *grant_name(RefillGrant grant) {
    return grant == RefillGrant::yes ? "yes" : grant == RefillGrant::no ? "no" : "unknown";
}

json nics_json(const MachineFacts &facts) {
    auto out = json::array();
    for (const auto &nic : facts.nics)
        out.push_back({{"name", nic.name},
                       {"driver", nic.driver},
                       {"mtu", nic.mtu},
                       {"rx_queues", nic.queues},
                       {"rx_queues_from", nic.queues_from},
                       {"rx_ring", nic.ring},
                       {"rx_ring_from", nic.ring_from},
                       {"buffer_bytes", nic.buffer},
                       {"buffer_why", nic.buffer_why},
                       {"gro", flag(nic.gro)},
                       {"lro", flag(nic.lro)},
                       {"tso", flag(nic.tso)},
                       {"rps", nic.rps},
                       {"refill_from_reserve", grant_name(nic.grant)}});
    return out;
}

json machine_json(const MachineFacts &facts) {
    auto zones = json::array();
    for (const auto &zone : facts.zones)
        zones.push_back({{"node", zone.node},
                         {"name", zone.name},
                         {"free", zone.free},
                         {"min", zone.min},
                         {"low", zone.low},
                         {"high", zone.high},
                         {"managed", zone.managed},
                         {"protection", zone.protection}});
    json out = {{"servers", facts.servers},
                {"same_host", facts.same_host},
                {"nics", nics_json(facts)},
                {"zones", std::move(zones)},
                {"cpus", facts.cpus},
                {"page_bytes", facts.page_bytes},
                {"watermark_boost_factor", facts.boost_factor},
                {"watermark_scale_factor", facts.scale_factor},
                {"user_reserve_kb", facts.user_reserve_kb},
                {"transparent_hugepage", facts.thp},
                {"ipfrag_high_bytes", facts.ipfrag_high},
                {"ip6frag_high_bytes", facts.ip6frag_high},
                {"wmem_max_bytes", facts.wmem_max},
                {"tcp_wmem_max_bytes", facts.tcp_wmem_max},
                {"tcp_rmem_default_bytes", facts.tcp_rmem_default},
                {"tcp_mem_max_pages", facts.tcp_mem_max},
                {"netdev_max_backlog", facts.backlog},
                {"dev_weight", facts.dev_weight},
                {"hook", nullptr}};
    if (facts.hook)
        out["hook"] = {{"policy", facts.hook->policy},
                       {"refill", facts.hook->refill},
                       {"gfp", facts.hook->gfp},
                       {"emergency_pages", facts.hook->emergency_pages}};
    return out;
}

} // namespace

std::string plan_text(const MachineFacts &facts, const ReservePlan &plan) {
    auto out = fmt::format(
        "Memory that swap over the network may need at once here: {} connection{}, {}, {} CPUs, "
        "pages of {} KiB\n\n",
        plan.conns, plan.conns == 1 ? "" : "s",
        facts.servers.empty() ? "any server" : "server " + join(facts.servers, ", "), facts.cpus,
        facts.page_kb());
    out += term_table(facts, plan) + "\n";
    if (plan.emergency_pages > 0)
        out += fmt::format("less {} pages of the emergency pool: {}\n\n", plan.emergency_pages,
                           plan.missing_pages);
    out += fold("Below a zone's min watermark GFP_KERNEL gets nothing; tasks that reclaim wait at "
                "0.5 min; GFP_ATOMIC stops at 0.375 min. The rest is left for swap's own transmit "
                "and receive, so 0.375 min has to cover the total.",
                0);
    out += fmt::format("\nmin watermark       now {} pages, {} of them below GFP_ATOMIC; needed {} "
                       "and {}\n",
                       plan.min_now, plan.exclusive_now, plan.min_needed, plan.missing_pages);
    out += verdict(plan) + "\n" + zone_table(plan);
    if (!plan.warnings.empty() || !plan.notes.empty())
        out += "\n";
    for (const auto &warning : plan.warnings)
        out += "warning: " + fold(warning, 9).substr(9);
    for (const auto &note : plan.notes)
        out += "note:    " + fold(note, 9).substr(9);
    return out;
}

std::string plan_json(const MachineFacts &facts, const ReservePlan &plan) {
    auto terms = json::array();
    for (const auto &term : plan.terms)
        terms.push_back({{"name", term.name},
                         {"pages", term.pages},
                         {"least_pages", term.least},
                         {"how", term.how},
                         {"source", term.source}});
    auto zones = json::array();
    for (const auto &zone : plan.zones)
        zones.push_back({{"node", zone.node},
                         {"name", zone.name},
                         {"managed_pages", zone.managed},
                         {"min_now_pages", zone.min_now},
                         {"min_then_pages", zone.min_then},
                         {"exclusive_then_pages", zone.exclusive_then}});
    const json out = {{"version", 1},
                      {"machine", machine_json(facts)},
                      {"conns", plan.conns},
                      {"terms", std::move(terms)},
                      {"zones", std::move(zones)},
                      {"total_pages", plan.total_pages},
                      {"least_pages", plan.least_pages},
                      {"emergency_pages", plan.emergency_pages},
                      {"missing_pages", plan.missing_pages},
                      {"min_now_pages", plan.min_now},
                      {"min_needed_pages", plan.min_needed},
                      {"exclusive_now_pages", plan.exclusive_now},
                      {"min_free_now_kb", plan.min_free_now_kb},
                      {"min_free_needed_kb", plan.min_free_needed_kb},
                      {"min_free_limit_kb", plan.min_free_limit_kb},
                      {"min_free_target_kb", plan.min_free_target_kb},
                      {"enough", plan.enough},
                      {"warnings", plan.warnings},
                      {"notes", plan.notes},
                      {"refusal", plan.refusal ? json(*plan.refusal) : json(nullptr)}};
    return out.dump(2) + "\n";
}

} // namespace netswap::live
