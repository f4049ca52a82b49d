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
    network.kinds_ = kinds;
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
    if (auto ok = network.add_routes(); !ok)
        return tl::unexpected(ok.error());
    return network;
}

Status LabNetwork::set_up(bool up) {
    auto ok = set_interface_up(lab_tap_name, up);
    // The kernel forgets the routes of a device that goes down. A lossy link's are another's.
    if (ok && up && !link_)
        ok = add_routes();
    return ok;
}

Status LabNetwork::add_routes() const {
    if (asks_for(kinds_, HostileKind::forward))
        for (const auto *behind : {hostile::silent_network, hostile::plugged_network})
            if (auto ok = add_route(fmt::format("{}/{}", behind, hostile::network_prefix),
                                    hostile::guest_address);
                !ok)
                return with_context(ok.error(), "--hostile forward");
    return {};
}

} // namespace netswap
