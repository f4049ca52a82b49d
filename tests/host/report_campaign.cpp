// SPDX-License-Identifier: GPL-2.0
#include "report_campaign.h"

#include <algorithm>
#include <cmath>
#include <random>

#include <fmt/format.h>

#include "report/report.h"

namespace netswap::test {

namespace {

constexpr double step_s = 0.25;
constexpr std::int64_t min_pages = 326;

/// 0..1; not a <random> distribution, whose values differ between libraries.
double uniform(std::mt19937 &source) {
    return static_cast<double>(source()) / 4294967296.0;
}

StateReadback make_state(const std::string &arm) {
    StateReadback state;
    state.release = "6.12.117-netswap";
    state.policy = arm == "bare" ? "bare" : "mainline";
    state.min_free_kbytes = 1303;
    state.thp = "never";
    state.nic_driver = "virtio_net";
    state.marked_sockets = arm == "bare" ? 0 : 1;
    state.emergency_pages = arm == "netswap" ? 256 : 0;
    state.slab_strict = arm == "netswap" ? 1 : 0;
    state.cpus = 2;
    state.mem_total_kb = 110592;
    state.swap_total_kb = 622592;
    const std::string base = state.policy;
    state.groups = {
        {"gfp", base}, {"slab", base}, {"sock", base}, {"throttle", base}, {"refill", base}};
    if (arm == "netswap") {
        state.modules = {"netswap",       "gfp_memalloc",     "pfmemalloc_slab",
                         "sock_memalloc", "reclaim_throttle", "rx_reserve"};
        state.groups = {{"gfp", "module:gfp_memalloc"},
                        {"slab", "module:pfmemalloc_slab"},
                        {"sock", "module:sock_memalloc"},
                        {"throttle", "module:reclaim_throttle"},
                        {"refill", "module:rx_reserve"}};
    }
    return state;
}

void add_samples(RunRecord &run, std::mt19937 &source, double ends, std::optional<double> stops) {
    double out = 0;
    double in = 0;
    double touched = 0;
    double frozen_free = 0;
    for (double t = 1.0; t <= ends; t += step_s) {
        const bool moving = !stops || t <= *stops;
        double free = frozen_free;
        if (moving) {
            const double fill = std::clamp((t - 1) / 2, 0.0, 1.0);
            touched += 1500 + 1000 * uniform(source);
            if (fill >= 1) {
                out += 900 + 1400 * uniform(source);
                in += t > 6 ? 600 * uniform(source) : 20 * uniform(source);
            }
            const double floor = run.arm == "netswap" ? 300 : run.arm == "mainline" ? 160 : 90;
            const double busy = floor + 420 * std::pow(uniform(source), 1.5);
            free = fill < 1 ? 21000 * (1 - fill) + busy * fill : busy;
            if (stops && t > *stops - 1)
                free *= 0.12;
            frozen_free = free;
        }
        Sample sample;
        sample.t = t;
        sample.free = std::llround(free);
        sample.min = min_pages;
        sample.low = 407;
        sample.high = 489;
        sample.pswpout = std::llround(out);
        sample.pswpin = std::llround(in);
        sample.touched = std::llround(touched);
        run.samples.push_back(sample);
    }
}

HangReport make_hang() {
    return {{"kworker/1:2 refill_work [virtio_net] waits for nbd tx_lock, held by storm:83",
             "storm:83 holds nbd tx_lock and waits for room in the send buffer of its socket",
             "that room comes with an ACK, which only the NAPI poll of ens3 can deliver",
             "the NAPI poll is disabled until kworker/1:2 has refilled the ring"},
            {{"kworker/1:2 refill_work", 37, "D", "nbd_send_cmd: mutex tx_lock"},
             {"storm", 83, "D", "sk_stream_wait_memory"},
             {"storm", 84, "D", "throttle_direct_reclaim"},
             {"kswapd0", 29, "D", "folio_wait_writeback"}}};
}

} // namespace

RunRecord make_run(const std::string &arm, int run, Verdict verdict) {
    RunRecord record;
    record.arm = arm;
    record.run = run;
    record.seed = 1 + static_cast<unsigned>(run);
    record.verdict = verdict;
    record.params.swap_mib = 608;
    record.params.map_mib = 512;
    record.params.workers = 16;
    record.params.accel = "tcg";
    record.state = make_state(arm);
    record.log = fmt::format("/var/tmp/netswap/20260101T120000/{}-{}", arm, run);
    std::mt19937 source(static_cast<unsigned>(run) * 17 + static_cast<unsigned>(arm.size()));

    if (verdict == Verdict::pass) {
        const double slower = arm == "mainline" ? 1.5 : 0;
        record.elapsed_s = std::round((17 + slower + 4 * uniform(source)) * 1000) / 1000;
        record.state_end = record.state;
        add_samples(record, source, *record.elapsed_s + 1, std::nullopt);
    } else if (verdict == Verdict::hang) {
        const double stops = 3 + 6 * uniform(source);
        record.message = "no page moved for 20 s";
        record.hang = make_hang();
        add_samples(record, source, stops + 20, stops);
    } else {
        record.message = "kernel BUG at mm/slub.c";
        add_samples(record, source, 5, std::nullopt);
    }

    auto &counters = record.counters;
    const auto &last = record.samples.back();
    counters.pswpout = last.pswpout;
    counters.pswpin = last.pswpin;
    counters.throttled = arm == "bare" ? 0 : 40 + static_cast<std::int64_t>(source() % 200);
    counters.pfmemalloc_drops = arm == "bare" ? 0 : static_cast<std::int64_t>(source() % 12);
    counters.lowest_free_pages =
        std::min_element(record.samples.begin(), record.samples.end(),
                         [](const auto &a, const auto &b) { return a.free < b.free; })
            ->free;
    if (arm == "netswap")
        counters.netswap = {{"sock_memalloc.skb_marked", 5200 + source() % 900},
                            {"gfp_memalloc.granted", 8100},
                            {"rx_reserve.refill_reserve", 5740}};
    return record;
}

void add_faults(RunRecord &run) {
    run.params.faults = "server-kill=2,daemon-kill=1";
    run.params.setup = "netswap";
    run.faults = {{"server-kill", 4.5, 1.25, 1.75, 0.5, std::nullopt},
                  {"daemon-kill", 8, 0.5, 1, 0.5, 0.25},
                  {"server-kill", 12, 0, 60.5, 60.5, std::nullopt}};
    run.status = {{"areas", nlohmann::json::array()}};
    run.daemon = DaemonReport{.pid = 70,
                              .rss_kb = 1900,
                              .locked_kb = 1900,
                              .peak_kb = 1904,
                              .mlocked = true,
                              .adoptions = 2,
                              .reconnects = 2,
                              .attempts_failed = 9,
                              .link_dead_events = 2,
                              .heap_calls = 0,
                              .last_recovery_s = 0.25,
                              .worst_recovery_s = 1.5,
                              .recoveries_s = {1.5, 0.25}};
    run.down = DownReport{true, 0.75, ""};
}

void add_hostile(RunRecord &run) {
    run.params.hostile = "udp-flood,loss1,jumbo";
    run.hostile = {{"udp-flood", 17.5, 35000, 36700160, 0, 3, 0, 0, true},
                   {"loss1", 17.5, 90000, 0, 0, 0, 911, 1800, false}};
    if (!run.state)
        run.state.emplace();
    run.state->hostile["udp-flood"] = {{"sockets", 1}, {"drops", 0}};
    run.state_end = run.state;
    run.state_end->hostile["udp-flood"]["drops"] = 27101;
}

CampaignResult make_campaign(int runs) {
    CampaignResult campaign;
    campaign.host = {"tcg", "7.2.22", 2, "6.1.0-28-amd64", "2026-01-01T12:00:00Z"};
    for (int run = 0; run < runs; run++) {
        campaign.runs.push_back(make_run("bare", run, Verdict::hang));
        campaign.runs.push_back(
            make_run("mainline", run, run % 4 == 2 ? Verdict::hang : Verdict::pass));
        campaign.runs.push_back(make_run("netswap", run, Verdict::pass));
    }
    finish(campaign);
    return campaign;
}

} // namespace netswap::test
