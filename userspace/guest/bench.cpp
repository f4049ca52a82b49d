// SPDX-License-Identifier: GPL-2.0
#include "guest/bench.h"

#include "guest/bench_crowd.h"
#include "guest/bench_loads.h"
#include "guest/bench_programs.h"
#include "guest/clock.h"
#include "guest/links.h"
#include "guest/modules.h"
#include "guest/network.h"
#include "guest/sysfile.h"

#include <algorithm>
#include <sched.h>
#include <sstream>

namespace netswap::guest {
namespace {

using namespace std::chrono_literals;

constexpr const char *module_name = "netswap_bench";
constexpr const char *module_parameters = "/sys/module/netswap_bench/parameters/";
constexpr int fewest_samples = 5;

/// What the module wants: see kmod/tests/bench_packets.c.
Result<void> make_interfaces() {
    for (const auto &[name, address] :
         {std::pair("nsb0", "10.99.0.1"), std::pair("nsb1", "10.98.0.1")}) {
        if (auto done = add_link("dummy", name); !done)
            return done;
        if (auto done = bring_up(name, address, "255.255.255.0", 5s); !done)
            return done;
    }
    // How the kernel tunes a receive buffer depends on time, so on all that was measured before.
    if (auto done = write_text("/proc/sys/net/ipv4/tcp_moderate_rcvbuf", "0"); !done)
        return done;
    return write_text("/proc/sys/net/ipv4/ip_forward", "1");
}

Result<void> load_modules(const Config &config) {
    for (const auto &name : config.modules)
        if (auto done = load_module(name); !done)
            return done;
    return load_module(module_name, config.marked ? "mark=1" : "");
}

/// The operations of the module, in its order.
Result<void> count_in_kernel(Channel &channel, int samples) {
    const std::string parameters = module_parameters;
    const auto operations = read_text(parameters + "operations");
    if (!operations)
        return tl::unexpected(operations.error());
    std::istringstream names(*operations);
    for (std::string name; names >> name;) {
        if (auto done = write_text(parameters + "run", name + " " + std::to_string(samples)); !done)
            return with_context(done.error(), name);
        const auto count = parse_count(read_word(parameters + "run").value_or(""));
        if (!count)
            return tl::unexpected(count.error());
        send_count(channel, *count);
    }
    return {};
}

/// Processes that wake each other take turns as they come, not by what the scheduler made of their
/// past; children inherit that.
Result<void> take_turns() {
    if (auto done = write_text("/proc/sys/kernel/sched_rt_runtime_us", "-1"); !done)
        return done;
    const sched_param lowest{.sched_priority = 1};
    if (::sched_setscheduler(0, SCHED_FIFO, &lowest) != 0)
        return os_error("SCHED_FIFO");
    return {};
}

Result<void> count_from_user_space(Channel &channel, int samples) {
    if (auto done = take_turns(); !done)
        return done;
    if (auto done = make_crowd(); !done)
        return done;
    const auto loads = make_loads();
    if (!loads)
        return tl::unexpected(loads.error());
    for (const auto &load : *loads) {
        const auto count = count_load(load, std::max(fewest_samples, samples / load.share));
        if (!count)
            return tl::unexpected(count.error());
        send_count(channel, *count);
    }
    return {};
}

Result<void> count_all(Channel &channel, const Config &config) {
    if (auto done = check_counter(); !done)
        return done;
    if (auto done = check_programs({hackbench, compiler}); !done)
        return done;
    send_phase(channel, "modules");
    if (auto done = make_interfaces(); !done)
        return done;
    if (auto done = load_modules(config); !done)
        return done;
    send_phase(channel, "kernel");
    if (auto done = count_in_kernel(channel, config.samples); !done)
        return done;
    send_phase(channel, "user");
    return count_from_user_space(channel, config.samples);
}

} // namespace

Verdict run_bench(Channel &channel, const Config &config) {
    const auto done = count_all(channel, config);
    return {done ? Outcome::pass : Outcome::error, done ? "" : done.error().message,
            seconds_since_boot()};
}

} // namespace netswap::guest
