// SPDX-License-Identifier: GPL-2.0
#include "lib/hostile_state.h"

#include <array>
#include <string_view>

#include <fmt/format.h>

#include "lib/hostile.h"
#include "lib/hostile_ground.h"

namespace netswap {

namespace {

struct Want {
    HostileKind kind;
    const char *fact;
    std::int64_t value;
};

constexpr std::array<Want, 12> wants{{
    {HostileKind::udp_flood, "sockets", 1},
    {HostileKind::tcp_unread, "listening", 1},
    {HostileKind::connections, "listening", 1},
    {HostileKind::forward, "forwarding", 1},
    {HostileKind::forward, "interfaces", 2},
    {HostileKind::packet_socket, "sockets", 1},
    {HostileKind::nfqueue, "queues", 1},
    {HostileKind::loss1, "segmentation", 0},
    {HostileKind::loss5, "segmentation", 0},
    {HostileKind::jumbo, "mtu", hostile::jumbo_mtu},
    {HostileKind::memcg, "workers", -1},   // as many as there are
    {HostileKind::fragments, "limit", -2}, // anything above 0
}};

bool is_met(const Want &want, std::int64_t value, const RunParams &params) {
    if (want.kind == HostileKind::memcg)
        return value == params.workers;
    if (want.kind == HostileKind::fragments)
        return value > 0;
    return value == want.value;
}

} // namespace

std::vector<std::string> hostile_mismatch(const RunParams &params, const StateReadback &state) {
    std::vector<std::string> list;
    // The plan was checked when it was made.
    const auto kinds = parse_hostile(params.hostile).value_or(std::vector<HostileKind>{});
    for (const auto &want : wants) {
        if (!asks_for(kinds, want.kind))
            continue;
        const auto name = std::string(to_string(want.kind));
        const auto facts = state.hostile.find(name);
        const auto *fact = facts == state.hostile.end() ? nullptr : &facts->second;
        const auto value = fact ? fact->find(want.fact) : decltype(fact->find(""))();
        if (fact == nullptr || value == fact->end())
            list.push_back(fmt::format("the guest says nothing of {} for {}", want.fact, name));
        else if (!is_met(want, value->second, params))
            list.push_back(
                fmt::format("{} for {} is {} in the guest", want.fact, name, value->second));
    }
    return list;
}

} // namespace netswap
