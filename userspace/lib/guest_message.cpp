// SPDX-License-Identifier: GPL-2.0
#include "lib/guest_message.h"

#include <algorithm>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "lib/fault.h"
#include "lib/json_field.h"
#include "lib/text.h"

namespace netswap {

using nlohmann::json;

namespace {

std::optional<std::int64_t> number(const json &object, const char *key) {
    const auto it = object.find(key);
    if (it == object.end() || !it->is_number_integer())
        return std::nullopt;
    return it->get<std::int64_t>();
}

SampleMessage parse_sample(const json &m) {
    SampleMessage message;
    auto &s = message.sample;
    json_field::get(m.at("t"), s.t);
    json_field::get(m.at("touched"), s.touched);
    json_field::get(m.at("pswpin"), s.pswpin);
    json_field::get(m.at("pswpout"), s.pswpout);
    s.free = json_field::value(m, "free", std::int64_t{0});
    s.min = json_field::value(m, "min", std::int64_t{0});
    s.low = json_field::value(m, "low", std::int64_t{0});
    s.high = json_field::value(m, "high", std::int64_t{0});
    message.throttle = json_field::value(m, "throttle", std::int64_t{0});
    message.pfmemalloc_drops = json_field::value(m, "pfdrop", std::int64_t{0});
    return message;
}

CountersMessage parse_counters(const json &m) {
    CountersMessage message;
    auto &c = message.counters;
    const auto vmstat = m.value("vmstat", json::object());
    c.pswpout = number(vmstat, "pswpout");
    c.pswpin = number(vmstat, "pswpin");
    c.throttled = number(vmstat, "pgscan_direct_throttle");
    c.pfmemalloc_drops = number(m.value("netstat", json::object()), "PFMemallocDrop");
    const auto ours = m.value("netswap", json::object());
    for (const auto &[name, value] : ours.items())
        if (value.is_number_integer())
            c.netswap[name] = value.get<std::uint64_t>();
    return message;
}

VerdictMessage parse_verdict(const json &m) {
    VerdictMessage message;
    const auto text = m.at("verdict").get<std::string>();
    const auto verdict = verdict_from_string(text);
    if (!verdict || *verdict == Verdict::hang || *verdict == Verdict::crash) {
        message.message = fmt::format("the guest sent an unknown verdict '{}'", text);
        return message;
    }
    message.verdict = *verdict;
    message.message = m.value("message", "");
    message.elapsed_s = json_field::value(m, "elapsed_s", 0.0);
    return message;
}

GuestMessage parse_object(const json &m) {
    const auto type = m.at("type").get<std::string>();
    if (type == "hello")
        return HelloMessage{json_field::value(m, "agent", 0), m.value("release", "")};
    if (type == "phase")
        return PhaseMessage{m.at("phase").get<std::string>(), json_field::value(m, "t", 0.0)};
    if (type == "state" || type == "state_end")
        return StateMessage{m.get<StateReadback>(), type == "state_end"};
    if (type == "sample")
        return parse_sample(m);
    if (type == "churn")
        return ChurnMessage{json_field::value(m, "round", 0), m.value("action", ""),
                            m.value("module", ""), m.value("ok", false), m.value("message", "")};
    if (type == "daemon")
        return DaemonMessage{m.at("event").get<std::string>(), json_field::value(m, "pid", 0),
                             json_field::value(m, "heap_calls", std::uint64_t{0}),
                             m.value("message", "")};
    if (type == "failed_allocations")
        return FailedAllocationsMessage{json_field::value(m, "count", std::uint64_t{0})};
    if (type == "daemon_report")
        return DaemonReportMessage{m.get<DaemonReport>()};
    if (type == "status")
        return StatusMessage{m.at("status")};
    if (type == "down")
        return DownMessage{m.get<DownReport>()};
    if (type == "counters")
        return parse_counters(m);
    if (type == "test")
        return TestMessage{m.value("suite", ""), m.at("name").get<std::string>(),
                           m.at("ok").get<bool>(), m.value("skip", false), m.value("detail", "")};
    if (type == "verdict")
        return parse_verdict(m);
    return UnknownMessage{type};
}

} // namespace

Result<GuestMessage> parse_guest_message(std::string_view line) {
    try {
        return parse_object(json::parse(line));
    } catch (const json::exception &error) {
        return fail(fmt::format("the guest sent a line that is no message: {} ({})",
                                line.substr(0, 120), error.what()));
    }
}

namespace {

bool asks_for_failing_allocations(const RunParams &params) {
    const auto orders = parse_faults(params.faults);
    return orders && std::any_of(orders->begin(), orders->end(),
                                 [](const auto &order) { return fails_allocations(order.kind); });
}

} // namespace

std::string guest_config_line(const RunPlan &plan, const GuestOrders &orders) {
    const auto &p = plan.params;
    const json config = {
        {"mode", orders.mode},
        {"policy", plan.arm.policy == Policy::stock ? "" : to_string(plan.arm.policy)},
        {"modules", plan.arm.modules},
        {"module_params", p.module_params},
        {"sysctls", p.sysctls},
        {"nic", p.nic},
        {"transport", p.transport},
        {"server", orders.server},
        {"port", orders.port},
        {"export", orders.export_name},
        {"conns", p.conns},
        {"swap_mib", p.swap_mib},
        {"map_mib", p.map_mib},
        {"workers", p.workers},
        {"passes", p.passes},
        {"min_free_kb", p.min_free_kb},
        {"seed", plan.seed},
        {"sample_ms", orders.sample_ms},
        {"patience", orders.patience},
        {"churn_rounds", p.churn_rounds},
        {"setup", p.setup},
        {"io_timeout_s", p.io_timeout_s},
        // The guest goes on until it is told; should the host fall silent, not for ever.
        {"end_limit_s", p.faults.empty() ? 0 : static_cast<int>(p.timeout_s)},
        {"daemon_faults", p.faults.find(to_string(FaultKind::daemon_kill)) != std::string::npos},
        {"failing_allocations", asks_for_failing_allocations(p)},
        {"hostile", split(p.hostile, ',')},
        {"tests", orders.tests},
    };
    return config.dump() + "\n";
}

} // namespace netswap
