// SPDX-License-Identifier: GPL-2.0
#include <nlohmann/json.hpp>

#include "live/view/status.h"

namespace netswap::live {

namespace {

using json = nlohmann::ordered_json;

constexpr double ns = 1e-9;

template <typename T>
json or_null(const std::optional<T> &value) {
    return value ? json(*value) : json(nullptr);
}

json problems_json(const std::vector<Problem> &problems) {
    auto list = json::array();
    for (const auto &problem : problems)
        list.push_back(
            {{"code", problem.code}, {"text", problem.text}, {"remedy", problem.remedy}});
    return list;
}

json counters_json(const CounterList &counters) {
    auto object = json::object();
    for (const auto &[name, value] : counters)
        object[name] = value;
    return object;
}

json traffic_json(const std::optional<DeviceTraffic> &traffic) {
    if (!traffic)
        return nullptr;
    return {{"requests", traffic->requests},
            {"bytes", traffic->bytes},
            {"busy_seconds", static_cast<double>(traffic->busy_ms) * 1e-3},
            {"in_flight", traffic->in_flight}};
}

json keeper_json(const KeeperView &keeper, const Instant &now) {
    json out = {{"presence", to_string(keeper.presence)}};
    if (!keeper.has_numbers())
        return out;
    const auto since = [&](std::uint64_t then) {
        return then == 0 || now.mono_ns < then ? json(nullptr)
                                               : json(static_cast<double>(now.mono_ns - then) * ns);
    };
    const auto seconds = [](std::uint64_t took) { return static_cast<double>(took) * ns; };
    out["state"] = to_string(keeper.state);
    out["pid"] = keeper.pid;
    out["locked"] = keeper.locked;
    out["grant"] = to_string(keeper.grant);
    out["running_seconds"] = since(keeper.started_ns);
    out["heartbeat_age_seconds"] = since(keeper.heartbeat_ns);
    out["connections_up"] = keeper.conns_up;
    out["connections_wanted"] = keeper.conns;
    out["down_seconds"] = since(keeper.down_since_ns);
    out["adoptions"] = keeper.adoptions;
    out["link_dead_events"] = keeper.link_dead_events;
    out["reconnects"] = keeper.reconnects;
    out["attempts_failed"] = keeper.attempts_failed;
    out["last_recovery_seconds"] = seconds(keeper.last_recovery_ns);
    out["worst_recovery_seconds"] = seconds(keeper.worst_recovery_ns);
    out["heap_calls"] = keeper.heap_calls;
    out["last_error"] = keeper.last_error;
    out["local_ports"] = keeper.local_ports;
    auto recoveries = json::array();
    for (const auto took : keeper.recoveries_ns)
        recoveries.push_back(seconds(took));
    out["recoveries_seconds"] = recoveries;
    return out;
}

json area_json(const AreaView &area, const Snapshot &snapshot, const Rates &rates) {
    json out = {{"name", area.name}, {"healthy", area.problems.empty()}};
    out["problems"] = problems_json(area.problems);
    if (!area.state)
        return out;
    const auto &state = *area.state;
    const auto &device = area.device;
    out["device"] = state.device;
    out["uri"] = state.uri;
    out["via"] = state.via;
    out["up_since"] = state.up_since;
    out["connections"] = state.conns;
    out["timeout_seconds"] = state.timeout_s;
    out["dead_connection_timeout_seconds"] = state.dead_conn_timeout_s;
    out["persist"] = state.persist;
    out["min_free_before_kb"] = state.min_free_before_kb;
    out["min_free_set_kb"] = state.min_free_set_kb;
    out["reserve_tree"] = state.reserve_tree;
    out["modules_loaded"] = state.modules_loaded;
    out["block_device"] = {{"present", device.present},
                           {"connected", device.connected},
                           {"pid", device.pid},
                           {"bytes", device.bytes},
                           {"backend", or_null(device.backend)},
                           {"read", traffic_json(device.read)},
                           {"write", traffic_json(device.write)}};
    out["swap"] = nullptr;
    if (area.swap)
        out["swap"] = {{"size_bytes", area.swap->bytes},
                       {"used_bytes", area.swap->used},
                       {"priority", area.swap->prio}};
    out["rate"] = nullptr;
    if (const auto *flow = rates.area(area.name))
        out["rate"] = {{"in_bytes_per_second", flow->in}, {"out_bytes_per_second", flow->out}};
    out["daemon"] = keeper_json(area.keeper, snapshot.at);
    return out;
}

json reserve_json(const Snapshot &snapshot) {
    const auto &machine = snapshot.machine;
    const auto bytes = [&](std::uint64_t pages) { return pages * machine.page_bytes; };
    const auto bytes_or_null = [&](const std::optional<std::uint64_t> &pages) {
        return pages ? json(bytes(*pages)) : json(nullptr);
    };
    auto zones = json::array();
    for (const auto &zone : machine.zones)
        zones.push_back({{"node", zone.node},
                         {"zone", zone.name},
                         {"free_bytes", bytes(zone.free)},
                         {"min_bytes", bytes(zone.min)},
                         {"low_bytes", bytes(zone.low)},
                         {"reserve_bytes", bytes(zone.reserve())}});
    return {{"now_bytes", bytes(machine.reserve_pages())},
            {"min_bytes", bytes(machine.min_pages())},
            {"lowest_free_bytes", bytes_or_null(snapshot.lowest_free())},
            {"emergency_pool_bytes",
             bytes_or_null(snapshot.family ? snapshot.family->emergency_pages : std::nullopt)},
            {"min_free_kbytes", or_null(machine.min_free_kb)},
            {"zones", zones}};
}

json sockets_json(const Snapshot &snapshot) {
    if (!snapshot.family || !snapshot.family->sockets)
        return nullptr;
    auto list = json::array();
    for (const auto &socket : *snapshot.family->sockets)
        list.push_back({{"id", socket.id},
                        {"inode", socket.inode},
                        {"family", socket.family},
                        {"local", socket.local},
                        {"remote", socket.remote},
                        {"by", socket.by_user ? "user" : "kernel"}});
    return list;
}

json machine_json(const Snapshot &snapshot, const Rates &rates) {
    const auto &machine = snapshot.machine;
    auto questions = json::array();
    for (const auto &one : snapshot.protection.protections)
        questions.push_back(
            {{"question", one.question}, {"about", one.about}, {"answerer", one.answerer}});
    json out = {{"kernel", snapshot.protection.hooked ? "hooked" : "stock"}};
    out["policy"] = snapshot.family && !snapshot.family->policy.empty()
                        ? json(snapshot.family->policy)
                        : json(nullptr);
    out["answers"] = questions;
    out["reserve"] = reserve_json(snapshot);
    const auto us = snapshot.throttled_us();
    out["throttled"] = {{"count", snapshot.throttled()},
                        {"seconds", us ? json(static_cast<double>(*us) * 1e-6) : json(nullptr)}};
    out["direct_reclaims"] = machine.allocstall;
    out["drops"] = counters_json(drops(snapshot));
    out["tcp"] = counters_json(machine.tcp);
    out["marked_sockets"] = or_null(snapshot.marked_sockets());
    out["sockets"] = sockets_json(snapshot);
    out["swapped_in_bytes"] = machine.pswpin * machine.page_bytes;
    out["swapped_out_bytes"] = machine.pswpout * machine.page_bytes;
    out["rate"] = nullptr;
    if (rates.seconds > 0)
        out["rate"] = {{"seconds", rates.seconds},
                       {"in_bytes_per_second", rates.machine.in},
                       {"out_bytes_per_second", rates.machine.out},
                       {"throttled", rates.throttled},
                       {"drops", rates.drops}};
    auto counters = snapshot.family ? snapshot.family->counters : CounterList{};
    std::erase_if(counters, [](const auto &counter) { return counter.second == UINT64_MAX; });
    counters.insert(counters.end(), snapshot.protection.guard.begin(),
                    snapshot.protection.guard.end());
    out["counters"] = counters_json(counters);
    return out;
}

} // namespace

std::string status_json(const Snapshot &snapshot, const Rates &rates) {
    auto areas = json::array();
    for (const auto &area : snapshot.areas)
        areas.push_back(area_json(area, snapshot, rates));
    const json out = {{"format", "netswap-status"},
                      {"version", 1},
                      {"time", snapshot.at.wall_s},
                      {"healthy", snapshot.healthy()},
                      {"problems", problems_json(snapshot.problems)},
                      {"areas", areas},
                      {"machine", machine_json(snapshot, rates)}};
    return out.dump(2, ' ', false, json::error_handler_t::replace) + "\n";
}

} // namespace netswap::live
