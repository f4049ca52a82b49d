// SPDX-License-Identifier: GPL-2.0
#include "lib/record.h"

#include <fmt/format.h>

#include "lib/json_field.h"

namespace netswap {

using json_field::or_null;
using json_field::read;
using nlohmann::json;

namespace {

constexpr std::array<std::pair<Verdict, std::string_view>, 6> verdict_names{{
    {Verdict::pass, "pass"},
    {Verdict::hang, "hang"},
    {Verdict::oom, "oom"},
    {Verdict::corrupt, "corrupt"},
    {Verdict::crash, "crash"},
    {Verdict::error, "error"},
}};

/// For contents that are valid JSON but not ours; parse_campaign() catches it.
[[noreturn]] void refuse(const std::string &what) {
    throw nlohmann::detail::other_error::create(501, what, nullptr);
}

} // namespace

std::string_view to_string(Verdict verdict) {
    for (const auto &[value, name] : verdict_names)
        if (value == verdict)
            return name;
    return "error";
}

std::optional<Verdict> verdict_from_string(std::string_view text) {
    for (const auto &[value, name] : verdict_names)
        if (name == text)
            return value;
    return std::nullopt;
}

void to_json(json &json, const RunParams &params) {
    json = {{"mem_mib", params.mem_mib},
            {"cpus", params.cpus},
            {"nic", params.nic},
            {"transport", params.transport},
            {"server", params.server},
            {"conns", params.conns},
            {"min_free_kb", params.min_free_kb},
            {"swap_mib", params.swap_mib},
            {"map_mib", params.map_mib},
            {"workers", params.workers},
            {"passes", params.passes},
            {"kernel", params.kernel},
            {"accel", params.accel},
            {"hang_after_s", params.hang_after_s},
            {"timeout_s", params.timeout_s},
            {"churn_rounds", params.churn_rounds},
            {"module_params", params.module_params},
            {"sysctls", params.sysctls},
            {"setup", params.setup},
            {"io_timeout_s", params.io_timeout_s},
            {"faults", params.faults},
            {"hostile", params.hostile},
            {"recorded", params.recorded}};
}

void from_json(const json &json, RunParams &params) {
    read(json, "mem_mib", params.mem_mib);
    read(json, "cpus", params.cpus);
    read(json, "nic", params.nic);
    read(json, "transport", params.transport);
    read(json, "server", params.server);
    read(json, "conns", params.conns);
    read(json, "min_free_kb", params.min_free_kb);
    read(json, "swap_mib", params.swap_mib);
    read(json, "map_mib", params.map_mib);
    read(json, "workers", params.workers);
    read(json, "passes", params.passes);
    read(json, "kernel", params.kernel);
    read(json, "accel", params.accel);
    read(json, "hang_after_s", params.hang_after_s);
    read(json, "timeout_s", params.timeout_s);
    read(json, "churn_rounds", params.churn_rounds);
    read(json, "module_params", params.module_params);
    read(json, "sysctls", params.sysctls);
    read(json, "setup", params.setup);
    read(json, "io_timeout_s", params.io_timeout_s);
    read(json, "faults", params.faults);
    read(json, "hostile", params.hostile);
    read(json, "recorded", params.recorded);
}

void to_json(json &json, const StateReadback &state) {
    json = {{"release", state.release},
            {"policy", state.policy},
            {"groups", state.groups},
            {"modules", state.modules},
            {"min_free_kbytes", state.min_free_kbytes},
            {"thp", state.thp},
            {"nic_driver", state.nic_driver},
            {"marked_sockets", state.marked_sockets},
            {"emergency_pages", state.emergency_pages},
            {"slab_strict", state.slab_strict},
            {"cpus", state.cpus},
            {"mem_total_kb", state.mem_total_kb},
            {"swap_total_kb", state.swap_total_kb},
            {"hostile", state.hostile}};
}

void from_json(const json &json, StateReadback &state) {
    read(json, "release", state.release);
    read(json, "policy", state.policy);
    read(json, "groups", state.groups);
    read(json, "modules", state.modules);
    read(json, "min_free_kbytes", state.min_free_kbytes);
    read(json, "thp", state.thp);
    read(json, "nic_driver", state.nic_driver);
    read(json, "marked_sockets", state.marked_sockets);
    read(json, "emergency_pages", state.emergency_pages);
    read(json, "slab_strict", state.slab_strict);
    read(json, "cpus", state.cpus);
    read(json, "mem_total_kb", state.mem_total_kb);
    read(json, "swap_total_kb", state.swap_total_kb);
    read(json, "hostile", state.hostile);
}

void to_json(json &json, const RunCounters &counters) {
    json = {{"pswpout", or_null(counters.pswpout)},
            {"pswpin", or_null(counters.pswpin)},
            {"throttled", or_null(counters.throttled)},
            {"pfmemalloc_drops", or_null(counters.pfmemalloc_drops)},
            {"lowest_free_pages", or_null(counters.lowest_free_pages)},
            {"netswap", counters.netswap}};
}

void from_json(const json &json, RunCounters &counters) {
    read(json, "pswpout", counters.pswpout);
    read(json, "pswpin", counters.pswpin);
    read(json, "throttled", counters.throttled);
    read(json, "pfmemalloc_drops", counters.pfmemalloc_drops);
    read(json, "lowest_free_pages", counters.lowest_free_pages);
    read(json, "netswap", counters.netswap);
}

void to_json(json &json, const Sample &s) {
    json = json::array({s.t, s.free, s.min, s.low, s.high, s.pswpout, s.pswpin, s.touched});
}

void from_json(const json &json, Sample &s) {
    if (!json.is_array() || json.size() != 8)
        refuse("a sample must be an array of 8 numbers");
    json_field::get(json.at(0), s.t);
    std::int64_t *fields[] = {&s.free, &s.min, &s.low, &s.high, &s.pswpout, &s.pswpin, &s.touched};
    for (std::size_t i = 0; i < std::size(fields); i++)
        json_field::get(json.at(i + 1), *fields[i]);
}

void to_json(json &json, const HangReport &hang) {
    auto blocked = json::array();
    for (const auto &task : hang.blocked)
        blocked.push_back(
            {{"task", task.task}, {"pid", task.pid}, {"state", task.state}, {"where", task.where}});
    json = {{"cycle", hang.cycle}, {"blocked", std::move(blocked)}};
}

void from_json(const json &json, HangReport &hang) {
    read(json, "cycle", hang.cycle);
    hang.blocked.clear();
    for (const auto &item : json.value("blocked", nlohmann::json::array())) {
        auto &task = hang.blocked.emplace_back();
        read(item, "task", task.task);
        read(item, "pid", task.pid);
        read(item, "state", task.state);
        read(item, "where", task.where);
    }
}

void to_json(json &json, const RunRecord &run) {
    json = {{"arm", run.arm},
            {"run", run.run},
            {"seed", run.seed},
            {"verdict", to_string(run.verdict)},
            {"message", run.message},
            {"elapsed_s", or_null(run.elapsed_s)},
            {"params", run.params},
            {"state", or_null(run.state)},
            {"state_end", or_null(run.state_end)},
            {"counters", run.counters},
            {"samples", run.samples},
            {"hang", or_null(run.hang)},
            {"faults", run.faults},
            {"hostile", run.hostile},
            {"io_error", run.io_error},
            {"status", run.status},
            {"daemon", or_null(run.daemon)},
            {"down", or_null(run.down)},
            {"checkers", run.checkers},
            {"log", run.log}};
}

void from_json(const json &json, RunRecord &run) {
    json_field::get(json.at("arm"), run.arm);
    const auto verdict = json.at("verdict").get<std::string>();
    const auto parsed = verdict_from_string(verdict);
    if (!parsed)
        refuse(fmt::format("unknown verdict '{}'", verdict));
    run.verdict = *parsed;
    read(json, "run", run.run);
    read(json, "seed", run.seed);
    read(json, "message", run.message);
    read(json, "elapsed_s", run.elapsed_s);
    read(json, "params", run.params);
    read(json, "state", run.state);
    read(json, "state_end", run.state_end);
    read(json, "counters", run.counters);
    read(json, "samples", run.samples);
    read(json, "hang", run.hang);
    read(json, "faults", run.faults);
    read(json, "hostile", run.hostile);
    read(json, "io_error", run.io_error);
    read(json, "status", run.status);
    read(json, "daemon", run.daemon);
    read(json, "down", run.down);
    read(json, "checkers", run.checkers);
    read(json, "log", run.log);
}

void to_json(json &json, const ArmSummary &summary) {
    json = {{"arm", summary.arm},
            {"runs", summary.runs},
            {"survived", summary.survived},
            {"survival_ci95", summary.survival_ci95},
            {"elapsed_median_s", or_null(summary.elapsed_median_s)},
            {"elapsed_spread", or_null(summary.elapsed_spread)},
            {"verdicts", summary.verdicts},
            {"recovery", summary.recovery}};
}

void from_json(const json &json, ArmSummary &summary) {
    json_field::get(json.at("arm"), summary.arm);
    read(json, "runs", summary.runs);
    read(json, "survived", summary.survived);
    read(json, "survival_ci95", summary.survival_ci95);
    read(json, "elapsed_median_s", summary.elapsed_median_s);
    read(json, "elapsed_spread", summary.elapsed_spread);
    read(json, "verdicts", summary.verdicts);
    read(json, "recovery", summary.recovery);
}

void to_json(json &json, const CampaignResult &campaign) {
    json = {
        {"netswap", 1},
        {"host",
         {{"accel", campaign.host.accel},
          {"qemu", campaign.host.qemu},
          {"cpus", campaign.host.cpus},
          {"kernel", campaign.host.kernel},
          {"started", campaign.host.started}}},
        {"artefacts", campaign.artefacts},
        {"controls",
         {{"bare_hung", or_null(campaign.controls.bare_hung)}, {"line", campaign.controls.line}}},
        {"runs", campaign.runs},
        {"summary", campaign.summary}};
}

void from_json(const json &json, CampaignResult &campaign) {
    if (const auto &host = json.value("host", nlohmann::json::object()); host.is_object()) {
        read(host, "accel", campaign.host.accel);
        read(host, "qemu", campaign.host.qemu);
        read(host, "cpus", campaign.host.cpus);
        read(host, "kernel", campaign.host.kernel);
        read(host, "started", campaign.host.started);
    }
    read(json, "artefacts", campaign.artefacts);
    if (const auto &controls = json.value("controls", nlohmann::json::object());
        controls.is_object()) {
        read(controls, "bare_hung", campaign.controls.bare_hung);
        read(controls, "line", campaign.controls.line);
    }
    json_field::get(json.at("runs"), campaign.runs);
    read(json, "summary", campaign.summary);
}

Result<CampaignResult> parse_campaign(std::string_view text) {
    try {
        const auto parsed = json::parse(text);
        if (!parsed.is_object() || json_field::value(parsed, "netswap", 0) != 1)
            return fail("not a campaign of netswap: the key \"netswap\" with value 1 is missing",
                        exit_bad_input);
        return parsed.get<CampaignResult>();
    } catch (const json::exception &error) {
        return fail(fmt::format("bad campaign JSON: {}", error.what()), exit_bad_input);
    }
}

} // namespace netswap
