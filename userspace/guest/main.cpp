// SPDX-License-Identifier: GPL-2.0
// netswap-guest: PID 1 of the lab's virtual machines. It learns from the host
// what to do, does it, reports, and switches the machine off.
#include "guest/area.h"
#include "guest/bench.h"
#include "guest/boot.h"
#include "guest/drivers.h"
#include "guest/kernel_health.h"
#include "guest/memory_lock.h"
#include "guest/modules_end.h"
#include "guest/network.h"
#include "guest/prepare.h"
#include "guest/process.h"
#include "guest/reserve_drain.h"
#include "guest/slab_caches.h"
#include "guest/state.h"
#include "guest/storm.h"
#include "guest/sysfile.h"
#include "guest/test_run.h"

#include <algorithm>
#include <cstdio>
#include <thread>
#include <unistd.h>

using namespace netswap;
using namespace netswap::guest;
using namespace std::chrono_literals;

namespace {

constexpr const char *port_name = "netswap.0";
constexpr const char *config_file = "/netswap.json"; // of a run that is recorded
constexpr auto port_limit = 10s;
constexpr auto config_limit = 60s;
constexpr int rounds_on_one_cpu = 4; // the rest take turns
constexpr int quick_rounds = 20;
constexpr int patient_rounds = quick_rounds + 35; // with a second between two of the rest
constexpr int drain_rounds = patient_rounds + 70; // the last of them without the network
constexpr const char *accountant = "gfp_memalloc";

/// Asks the daemon how it was and takes the area down; a storm that passed passes only if all
/// of that works.
void end_area(Channel &channel, Verdict &verdict) {
    const auto must = [&](const Result<void> &done) {
        if (!done && verdict.outcome == Outcome::pass)
            verdict = {Outcome::error, done.error().message, verdict.elapsed_s};
    };
    const bool may_come_down = verdict.outcome == Outcome::pass;
    must(send_area_status(channel));
    must(send_daemon_report(channel));
    if (!may_come_down)
        return;
    send_phase(channel, "down");
    must(area_down(channel));
}

/// On the console: gfp_memalloc knows best what they are.
void name_charged_pages() {
    (void)write_text("/proc/sys/kernel/printk", "7");
    (void)write_text("/sys/module/gfp_memalloc/parameters/name_charged", "1");
    (void)write_text("/proc/sys/kernel/printk", "5");
}

/// A storm that passed passes only if all that it took from the reserve comes back, and nothing
/// stays when the modules go.
void end_accounts(Channel &channel, const Config &config, CounterSource &counters,
                  Verdict &verdict) {
    const auto &modules = config.modules;
    const bool counted = std::find(modules.begin(), modules.end(), accountant) != modules.end();
    if (verdict.outcome != Outcome::pass || config.transport != Transport::nbd || !counted)
        return;
    send_phase(channel, "drain");
    const int cpus = std::max(1, static_cast<int>(::sysconf(_SC_NPROCESSORS_ONLN)));
    const auto receive = [&, round = 0]() mutable {
        send_phase(channel, "drain"); // each round is progress
        if (++round == quick_rounds)
            name_charged_pages();
        if (round > quick_rounds)
            std::this_thread::sleep_for(1s);
        if (round > rounds_on_one_cpu)
            take_interrupts_to(round % cpus);
        // Routes and link addresses are kept for as long as there is a use for them, and what is
        // left of a connection that we closed (TIME_WAIT) for a minute. A queue that hostile
        // traffic went into keeps what came after the last mark was taken back.
        if (round == patient_rounds)
            for (const auto &interface : interfaces())
                (void)take_down(interface);
        if (round < patient_rounds)
            receive_packets(config.server, config.port);
        if (config.patience > 1 || round > quick_rounds)
            shrink_slab_caches();
    };
    auto done = drain_reserve(counters, receive, drain_rounds);
    send_phase(channel, "unload");
    if (auto ended = end_modules(modules); done)
        done = ended;
    if (!done)
        verdict = {Outcome::error, done.error().message, verdict.elapsed_s};
}

/// A storm that passed passes only if the kernel finds nothing wrong with itself afterwards.
void end_kernel(Channel &channel, Kmsg &kmsg, LeakFinder &leaks, Verdict &verdict) {
    if (verdict.outcome != Outcome::pass)
        return;
    if (leaks.there())
        send_phase(channel, "leaks");
    if (const auto healthy = check_kernel(kmsg, leaks); !healthy)
        verdict = {Outcome::error, healthy.error().message, verdict.elapsed_s};
}

Verdict storm(Channel &channel, const Config &config) {
    auto kmsg = Kmsg::open_at_end();
    if (!kmsg)
        return {Outcome::error, kmsg.error().message, 0};
    if (auto done = prepare_storm(channel, config); !done)
        return {Outcome::error, done.error().message, 0};
    auto run = Storm::create(channel, config, *kmsg);
    if (!run)
        return {Outcome::error, run.error().message, 0};
    NetlinkCounters counters;
    KernelLeakSite leak_site;
    LeakFinder leaks(leak_site);
    leaks.forget();
    send_state(channel, "state", config.hostile);
    auto verdict = run->run();
    send_phase(channel, "done");
    send_state(channel, "state_end", config.hostile);
    run->let_hostile_go();
    send_counters(channel, counters);
    if (config.transport == Transport::nbd && config.setup == Setup::netswap)
        end_area(channel, verdict);
    end_accounts(channel, config, counters, verdict);
    end_kernel(channel, *kmsg, leaks, verdict);
    return verdict;
}

Result<PortChannel> open_channel() {
    const auto command_line = read_word("/proc/cmdline").value_or("");
    const auto serial = serial_channel(command_line);
    return serial.empty() ? PortChannel::open(port_name, port_limit)
                          : PortChannel::open_serial(std::string(serial));
}

Verdict serve(PortChannel &channel) {
    send_hello(channel, kernel_release());
    send_phase(channel, "boot");
    auto text = read_text(config_file);
    if (!text)
        text = channel.receive(config_limit);
    if (!text)
        return {Outcome::error, text.error().message, 0};
    const auto config = parse_config(*text);
    if (!config)
        return {Outcome::error, config.error().message, 0};
    be_patient(config->patience);
    if (auto spared = spare_from_oom(); !spared)
        return {Outcome::error, spared.error().message, 0};
    switch (config->mode) {
    case Mode::tests:
        return run_tests(channel, *config);
    case Mode::bench:
        return run_bench(channel, *config);
    case Mode::storm:
        break;
    }
    return storm(channel, *config);
}

} // namespace

int main() {
    if (::getpid() != 1) {
        std::fputs("netswap-guest: runs only as PID 1 of a virtual machine; "
                   "use `netswap storm`\n",
                   stderr);
        return exit_bad_input;
    }
    if (auto booted = boot(); !booted)
        std::fprintf(stderr, "netswap-guest: %s\n", booted.error().message.c_str());
    if (auto loaded = load_drivers(); !loaded)
        std::fprintf(stderr, "netswap-guest: %s\n", loaded.error().message.c_str());
    auto channel = open_channel();
    if (channel)
        send_verdict(*channel, serve(*channel));
    else
        std::fprintf(stderr, "netswap-guest: %s\n", channel.error().message.c_str());
    power_off();
}
