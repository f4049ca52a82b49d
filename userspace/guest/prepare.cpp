// SPDX-License-Identifier: GPL-2.0
#include "guest/prepare.h"

#include "guest/area.h"
#include "guest/cpus.h"
#include "guest/hostile_holder.h"
#include "guest/messages.h"
#include "guest/modules.h"
#include "guest/network.h"
#include "guest/swap.h"
#include "guest/sysfile.h"

#include <algorithm>

namespace netswap::guest {
namespace {

using namespace std::chrono_literals;

constexpr const char *guest_address = "10.77.0.2";
constexpr const char *guest_netmask = "255.255.255.0";
constexpr auto carrier_limit = 10s;
constexpr auto connect_limit = 60s;

/// Reads back what it wrote: some files take a value and keep another.
Result<void> set_sysctl(const std::string &name, const std::string &value) {
    auto path = "/proc/sys/" + name;
    std::replace(path.begin() + sizeof("/proc/sys"), path.end(), '.', '/');
    if (auto done = write_text(path, value); !done)
        return done;
    const auto now = read_word(path).value_or("not readable");
    if (now != value)
        return fail("sysctl " + name + " is " + now + " after writing " + value);
    return {};
}

} // namespace

Result<void> prepare_network() {
    const auto nic = find_nic();
    if (!nic)
        return fail("no network card (does this kernel have its driver?)");
    return bring_up(nic->interface, guest_address, guest_netmask, carrier_limit);
}

Result<void> prepare_storm(Channel &channel, const Config &config) {
    send_phase(channel, "modules");
    for (const auto &name : config.modules) {
        const auto given = config.module_params.find(name);
        const auto params = given == config.module_params.end() ? "" : given->second;
        if (auto done = load_module(name, params); !done)
            return done;
        if (auto done = check_parameters(name, params); !done)
            return done;
    }
    if (config.transport == Transport::nbd) {
        send_phase(channel, "network");
        if (auto done = prepare_network(); !done)
            return done;
        if (auto done = prepare_hostile_card(config.hostile); !done)
            return done;
    }
    if (config.min_free_kb >= 0)
        if (auto done =
                write_text("/proc/sys/vm/min_free_kbytes", std::to_string(config.min_free_kb));
            !done)
            return done;
    for (const auto &[name, value] : config.sysctls)
        if (auto done = set_sysctl(name, value); !done)
            return done;
    send_phase(channel, "swapon");
    const bool by_netswap = config.transport == Transport::nbd && config.setup == Setup::netswap;
    if (by_netswap) {
        if (auto done = area_up(config, connect_limit); !done)
            return done;
    } else if (config.transport == Transport::nbd) {
        if (auto done = connect_nbd(config, connect_limit); !done)
            return done;
    }
    // Up to here the kernel rewrote its own code: modules, the mark of the socket.
    if (auto done = start_cpus(); !done || by_netswap)
        return done;
    return start_swap(swap_device(config.transport), config.swap_mib);
}

} // namespace netswap::guest
