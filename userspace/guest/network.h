// SPDX-License-Identifier: GPL-2.0
// The guest's only network card.
#pragma once

#include "guest/base.h"

#include <chrono>
#include <optional>
#include <string>
#include <vector>

namespace netswap::guest {

struct Nic {
    std::string interface; ///< "eth0"
    std::string driver;    ///< kernel name of its driver, "virtio_net"
};

/// The first interface with a device behind it.
std::optional<Nic> find_nic();

/// Names of all there are, "lo" too.
std::vector<std::string> interfaces();

/// Gives `interface` an IPv4 address and netmask, brings it up and waits for its carrier.
Result<void> bring_up(const std::string &interface, const std::string &address,
                      const std::string &netmask, std::chrono::milliseconds limit);

/// Its IPv4 address, routes, link addresses and buffers go with it.
Result<void> take_down(const std::string &interface);

} // namespace netswap::guest
