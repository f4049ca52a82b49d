// SPDX-License-Identifier: GPL-2.0
// What the machine's network cards and memory mean for an area.
#include <sys/socket.h>

#include "live/area_state.h"
#include "live/machine_facts.h"
#include "live/marks.h"
#include "live/nic_facts.h"
#include "live/real_machine.h"
#include "live/reserve.h"
#include "live/reserve_plan.h"
#include "live/reserve_tree.h"

namespace netswap::live {

namespace {

/// All areas are nbd's.
constexpr const char *tree_group = "nbd";

/// For the route; a UNIX socket's server is on this machine.
std::string route_target(const ServerAddress &server) {
    return server.family == AF_UNIX ? "127.0.0.1" : server.address;
}

} // namespace

Result<ReserveChange> RealMachine::raise_reserve(const AreaSpec &area, const AreaState &state) {
    if (area.reserve == ReservePolicy::keep)
        return ReserveChange{};
    if (area.reserve == ReservePolicy::automatic && kernel_has_hooks(paths_))
        if (const auto tree = KernelReserveTree::open()) {
            if (auto done = (*tree)->activate(tree_group, true); !done)
                return tl::unexpected(done.error());
            return ReserveChange{.before_kb = -1, .set_kb = -1, .tree = true};
        }
    KernelLinkProbe probe;
    std::vector<std::string> servers;
    for (const auto &server : state.addresses)
        if (probe.route_link(route_target(server))) // of two families one may lead nowhere
            servers.push_back(route_target(server));
    if (servers.empty())
        servers.push_back(route_target(state.addresses.front()));
    const auto facts = read_machine_facts(paths_, probe, servers);
    if (!facts)
        return tl::unexpected(facts.error());
    int conns = area.conns;
    if (const auto areas = all_areas(paths_)) // those on their way up, too
        for (const auto &other : *areas)
            conns += other.name == area.name ? 0 : other.conns;
    const auto wanted = wanted_min_free(area, *facts, conns);
    if (!wanted)
        return tl::unexpected(wanted.error());
    if (!*wanted)
        return ReserveChange{};
    ProcMinFree kernel(paths_);
    return apply_reserve(paths_, kernel, area.name, **wanted);
}

Status RealMachine::restore_reserve(const AreaState &state) {
    if (state.reserve_tree) {
        const auto areas = all_areas(paths_);
        if (!areas)
            return tl::unexpected(areas.error());
        for (const auto &other : *areas)
            if (other.name != state.name && other.reserve_tree)
                return {};
        const auto tree = KernelReserveTree::open();
        return tree ? (*tree)->activate(tree_group, false) : tl::unexpected(tree.error());
    }
    ProcMinFree kernel(paths_);
    const auto done = live::restore_reserve(paths_, kernel, state.name);
    return done ? Status{} : tl::unexpected(done.error());
}

bool RealMachine::needs_guard(const std::vector<ServerAddress> &servers) {
    KernelLinkProbe probe;
    for (const auto &server : servers) {
        const auto nics = nics_for(paths_, probe, {route_target(server)});
        if (!nics)
            continue;
        for (const auto &nic : *nics)
            if (read_nic(paths_, probe, nic, ::sysconf(_SC_PAGESIZE)).driver == "virtio_net")
                return true;
    }
    return false;
}

} // namespace netswap::live
