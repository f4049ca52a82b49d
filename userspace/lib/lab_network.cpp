// SPDX-License-Identifier: GPL-2.0
#include "lib/lab_network.h"

#include <fmt/format.h>

#include "lib/hostile_ground.h"
#include "lib/tap.h"

namespace netswap {

namespace {

/// Of the packets that are not lost, so many are overtaken by later ones.
constexpr double reordered = 0.02;

} // namespace

Result<LabNetwork> LabNetwork::make(const std::vector<HostileKind> &kinds, std::uint64_t seed,
                                    const Clock &clock) {
    const double loss = loss_of(kinds);
    const auto address = std::string(lab_host_address) + "/24";
    LabNetwork network;
    auto tap = create_tap(lab_tap_name, loss > 0 ? "" : address);
    if (!tap)
        return tl::unexpected(tap.error());
    network.tap_ = std::move(*tap);
    std::string mtu_of[] = {lab_tap_name, ""};
    if (loss > 0) {
        auto inner = create_tap(lab_inner_tap_name, address);
        if (!inner)
            return tl::unexpected(inner.error());
        auto link = LossyLink::start({.inner = std::move(*inner),
                                      .outer = lab_tap_name,
                                      .loss = loss,
                                      .reordered = reordered,
                                      .seed = seed},
                                     clock);
        if (!link)
            return with_context(link.error(), "--hostile loss");
        network.link_ = std::move(*link);
        mtu_of[1] = lab_inner_tap_name;
    }
    if (asks_for(kinds, HostileKind::jumbo))
        for (const auto &name : mtu_of)
            if (!name.empty())
                if (auto ok = set_interface_mtu(name, hostile::jumbo_mtu); !ok)
                    return with_context(ok.error(), "--hostile jumbo");
    if (asks_for(kinds, HostileKind::forward))
        for (const auto *behind : {hostile::silent_network, hostile::plugged_network})
            if (auto ok = add_route(fmt::format("{}/{}", behind, hostile::network_prefix),
                                    hostile::guest_address);
                !ok)
                return with_context(ok.error(), "--hostile forward");
    return network;
}

} // namespace netswap
