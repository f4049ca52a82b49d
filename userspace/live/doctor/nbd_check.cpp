// SPDX-License-Identifier: GPL-2.0
// Swap areas on nbd: who keeps them, and when does the kernel give up on them?
#include <fmt/format.h>

#include "live/doctor/checks.h"

namespace netswap::live::doctor {

namespace {

constexpr std::uint64_t short_dead_time_s = 3600;
constexpr const char *lost = "pages that cannot be read back kill the processes they belong to";

void foreign_area(const Machine &machine, const NetworkSwap &area, Findings &out) {
    const auto backend = machine.sys("block/" + area.device + "/backend");
    out.push_back(
        {"swap.keeper", Severity::warning,
         fmt::format("{} on {} was not brought up by netswap ({})", area.name, area.device,
                     backend && !backend->empty() ? "identifier '" + *backend + "'"
                                                  : "no identifier"),
         "nobody replaces a lost connection, and without -dead-timeout the kernel fails all I/O as "
         "soon as the last one is gone",
         "swapoff " + area.name + ", disconnect it, and use netswap up"});
}

void own_area(const NetworkSwap &area, const AreaState &state, Findings &out) {
    const auto where = fmt::format("{} ({})", state.name, area.device);
    if (!state.persist && can_be_kept(state)) // else there is a finding about the keeper
        out.push_back({"swap.reconnect", Severity::warning,
                       fmt::format("{}: persist is off, {} connection{}", where, state.conns,
                                   state.conns == 1 ? "" : "s"),
                       std::string("a connection that is lost stays lost; ") + lost,
                       fmt::format("netswap down {}, then up without persist = false or "
                                   "--persist false",
                                   state.name)});
    if (state.dead_conn_timeout_s < short_dead_time_s)
        out.push_back(
            {"swap.dead_time", Severity::warning,
             fmt::format("{}: dead-conn-timeout is {} s", where, state.dead_conn_timeout_s),
             fmt::format("a server that is away longer means I/O errors; {}", lost),
             "leave dead-conn-timeout out (never), then netswap down and netswap up"});
    if (state.timeout_s == 0 && !state.addresses.empty() && state.addresses.front().port != 0)
        out.push_back({"swap.timeout", Severity::warning, where + ": requests have no time limit",
                       "a peer that vanishes without a word is noticed only when TCP gives up, "
                       "after a quarter of an hour",
                       "set timeout = 10 in the configuration"});
    if (state.persist && state.dead_conn_timeout_s >= short_dead_time_s)
        out.push_back({"swap.nbd", Severity::ok,
                       fmt::format("{}: {} connection{}, kept by netswap", where, state.conns,
                                   state.conns == 1 ? "" : "s"),
                       "", ""});
}

} // namespace

Findings check_nbd(const Machine &machine) {
    Findings out;
    if (machine.swaps.network.empty())
        out.push_back(
            {"swap.none", Severity::ok,
             fmt::format("no active swap area is on the network ({} in all)", machine.swaps.active),
             "", ""});
    for (const auto &area : machine.swaps.network) {
        if (!area.through.empty())
            out.push_back({"swap.layers", Severity::note,
                           fmt::format("{} reaches {} through {} layer{}, the first is {}",
                                       area.name, area.device, area.through.size(),
                                       area.through.size() == 1 ? "" : "s", area.through.front()),
                           "each layer allocates on the way out, from memory pools of its own; "
                           "encryption does so for every page",
                           "put swap on the device itself where the network can be trusted"});
        if (area.transport != Transport::nbd)
            continue;
        if (const auto *state = machine.area_of(area.device))
            own_area(area, *state, out);
        else
            foreign_area(machine, area, out);
    }
    return out;
}

} // namespace netswap::live::doctor
