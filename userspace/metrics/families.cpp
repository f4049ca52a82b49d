// SPDX-License-Identifier: GPL-2.0
#include "metrics/families.h"

#include <array>
#include <map>
#include <utility>

#include <fmt/format.h>

namespace netswap::metrics {

namespace {

using live::AreaView;
using live::KeeperState;
using live::Snapshot;
using prometheus::ClientMetric;
using prometheus::MetricFamily;
using prometheus::MetricType;
using Labels = std::vector<ClientMetric::Label>;

constexpr double ns = 1e-9;
constexpr double ms = 1e-3;

/// Families in the order in which they were first used; one without a sample does not appear.
class Families {
  public:
    void gauge(const std::string &name, const char *help, const Labels &labels, double value) {
        add(name, help, MetricType::Gauge, labels).gauge.value = value;
    }
    /// `name` ends in _total.
    void counter(const std::string &name, const char *help, const Labels &labels, double value) {
        add(name, help, MetricType::Counter, labels).counter.value = value;
    }
    std::vector<MetricFamily> take() { return std::move(families_); }

  private:
    ClientMetric &add(const std::string &name, const char *help, MetricType type,
                      const Labels &labels) {
        const auto [place, fresh] = places_.emplace(name, families_.size());
        if (fresh)
            families_.push_back({name, help, type, {}});
        auto &metrics = families_[place->second].metric;
        metrics.emplace_back();
        metrics.back().label = labels;
        return metrics.back();
    }

    std::vector<MetricFamily> families_;
    std::map<std::string, std::size_t> places_;
};

double number(std::uint64_t value) {
    return static_cast<double>(value);
}

void add_traffic(Families &out, const AreaView &area, const Labels &labels) {
    for (const auto &[direction, traffic] :
         {std::pair{"read", &area.device.read}, std::pair{"write", &area.device.write}}) {
        if (!*traffic)
            continue;
        auto with = labels;
        with.push_back({"direction", direction});
        out.counter("netswap_device_bytes_total", "Bytes moved by the device.", with,
                    number((*traffic)->bytes));
        out.counter("netswap_device_requests_total", "Requests that the device completed.", with,
                    number((*traffic)->requests));
        out.counter("netswap_device_request_seconds_total",
                    "Time that requests took, summed over them.", with,
                    number((*traffic)->busy_ms) * ms);
        out.gauge("netswap_device_requests_in_flight", "Requests that wait for the server.", with,
                  number((*traffic)->in_flight));
    }
}

void add_daemon(Families &out, const Snapshot &snapshot, const AreaView &area,
                const Labels &labels) {
    const auto &keeper = area.keeper;
    const bool running = keeper.presence == live::KeeperPresence::running;
    out.gauge("netswap_daemon_running", "1 if netswapd keeps the area.", labels, running);
    for (const auto state :
         {KeeperState::starting, KeeperState::watching, KeeperState::reconnecting,
          KeeperState::waiting, KeeperState::removed}) {
        auto with = labels;
        with.push_back({"state", live::to_string(state)});
        out.gauge("netswap_daemon_state", "1 for the state the daemon is in.", with,
                  running && keeper.state == state);
    }
    if (!running)
        return;
    out.gauge("netswap_connections_up", "Connections that are alive.", labels, keeper.conns_up);
    out.gauge("netswap_daemon_locked", "1 if the daemon is locked in memory.", labels,
              keeper.locked);
    const auto age = snapshot.at.mono_ns > keeper.heartbeat_ns && keeper.heartbeat_ns != 0
                         ? snapshot.at.mono_ns - keeper.heartbeat_ns
                         : 0;
    out.gauge("netswap_daemon_heartbeat_age_seconds", "Time since the daemon's loop turned.",
              labels, number(age) * ns);
    out.counter("netswap_reconnects_total", "Connections that were replaced.", labels,
                number(keeper.reconnects));
    out.counter("netswap_reconnect_failures_total", "Attempts to replace one that failed.", labels,
                number(keeper.attempts_failed));
    out.counter("netswap_link_dead_total", "Connections that the kernel gave up.", labels,
                number(keeper.link_dead_events));
    out.counter("netswap_daemon_heap_calls_total", "Allocations since the daemon started.", labels,
                number(keeper.heap_calls));
    out.gauge("netswap_recovery_last_seconds", "How long the last recovery took.", labels,
              number(keeper.last_recovery_ns) * ns);
    out.gauge("netswap_recovery_worst_seconds", "How long the worst recovery took.", labels,
              number(keeper.worst_recovery_ns) * ns);
}

void add_area(Families &out, const Snapshot &snapshot, const AreaView &area) {
    Labels labels = {{"area", area.name}, {"device", area.state ? area.state->device : ""}};
    out.gauge("netswap_area_problems", "What is wrong with the area; netswap status tells.", labels,
              number(area.problems.size()));
    if (!area.state)
        return;
    out.gauge("netswap_area_start_time_seconds", "When the area came up, since 1970.", labels,
              static_cast<double>(area.state->up_since));
    out.gauge("netswap_connections_wanted", "Connections the area is to have.", labels,
              area.state->conns);
    if (area.swap) {
        out.gauge("netswap_swap_size_bytes", "Size of the swap area.", labels,
                  number(area.swap->bytes));
        out.gauge("netswap_swap_used_bytes", "Bytes of it in use.", labels,
                  number(area.swap->used));
    }
    if (area.ours)
        add_traffic(out, area, labels);
    add_daemon(out, snapshot, area, labels);
}

void add_reserve(Families &out, const Snapshot &snapshot) {
    const auto &machine = snapshot.machine;
    const auto bytes = [&](std::uint64_t pages) { return number(pages * machine.page_bytes); };
    for (const auto &zone : machine.zones) {
        const Labels labels = {{"node", fmt::to_string(zone.node)}, {"zone", zone.name}};
        out.gauge("netswap_zone_free_bytes", "Free memory of the zone.", labels, bytes(zone.free));
        out.gauge("netswap_zone_min_bytes", "Its min watermark: the size of the reserve.", labels,
                  bytes(zone.min));
        out.gauge("netswap_zone_reserve_bytes", "What is left of its reserve.", labels,
                  bytes(zone.reserve()));
    }
    if (const auto lowest = snapshot.lowest_free())
        out.gauge("netswap_reserve_lowest_free_bytes",
                  "Lowest free level of a zone when its reserve was used.", {}, bytes(*lowest));
    if (snapshot.family && snapshot.family->emergency_pages)
        out.gauge("netswap_emergency_pool_bytes", "Memory kept below every watermark.", {},
                  bytes(*snapshot.family->emergency_pages));
}

/// Unlike a counter it may fall.
bool is_level(std::string_view name) {
    for (const auto *start : {"gfp_memalloc.usage_", "gfp_memalloc.high_", "gfp_memalloc.lowest_"})
        if (name.starts_with(start))
            return true;
    return false;
}

void add_machine(Families &out, const Snapshot &snapshot) {
    const auto &machine = snapshot.machine;
    for (const auto &[direction, pages] :
         {std::pair{"in", machine.pswpin}, std::pair{"out", machine.pswpout}})
        out.counter("netswap_swapped_bytes_total", "Swap traffic of all areas of the machine.",
                    {{"direction", direction}}, number(pages * machine.page_bytes));
    out.counter("netswap_throttled_total", "Reclaimers that were held back.", {},
                number(snapshot.throttled()));
    if (const auto us = snapshot.throttled_us())
        out.counter("netswap_throttled_seconds_total", "Time they were held back.", {},
                    number(*us) * 1e-6);
    out.counter("netswap_direct_reclaims_total", "Tasks that had to reclaim for themselves.", {},
                number(machine.allocstall));
    for (const auto &[reason, count] : live::drops(snapshot))
        out.counter("netswap_drops_total", "Packets dropped to keep the reserve, by reason.",
                    {{"reason", reason}}, number(count));
    for (const auto &[field, count] : machine.tcp)
        out.counter("netswap_tcp_events_total", "Fields of TcpExt that tell of trouble.",
                    {{"event", field}}, number(count));
    if (const auto marked = snapshot.marked_sockets())
        out.gauge("netswap_marked_sockets", "Sockets that may use the reserve.", {},
                  number(*marked));
    for (const auto &one : snapshot.protection.protections)
        out.gauge("netswap_answerer_info", "Who answers which group of questions.",
                  {{"question", one.question}, {"answerer", one.answerer}}, 1);

    auto counters = snapshot.family ? snapshot.family->counters : CounterList{};
    counters.insert(counters.end(), snapshot.protection.guard.begin(),
                    snapshot.protection.guard.end());
    for (const auto &[name, value] : counters) {
        const auto dot = name.find('.');
        if (name == "gfp_memalloc.lowest_free" || dot == std::string::npos || value == UINT64_MAX)
            continue; // told above, or of what has not been yet
        const auto module = name.substr(0, dot), what = name.substr(dot + 1);
        if (is_level(name))
            out.gauge("netswap_module_level_pages", "Levels that netswap's modules keep.",
                      {{"module", module}, {"level", what}}, number(value));
        else
            out.counter("netswap_module_events_total", "Counters of netswap's modules.",
                        {{"module", module}, {"counter", what}}, number(value));
    }
}

} // namespace

std::vector<MetricFamily> families(const Snapshot &snapshot) {
    Families out;
    out.gauge("netswap_areas", "Swap areas that are up.", {}, number(snapshot.areas.size()));
    out.gauge("netswap_healthy", "1 if netswap status has nothing to complain about.", {},
              snapshot.healthy());
    for (const auto &area : snapshot.areas)
        add_area(out, snapshot, area);
    add_reserve(out, snapshot);
    add_machine(out, snapshot);
    return out.take();
}

} // namespace netswap::metrics
