// SPDX-License-Identifier: GPL-2.0
// Networks behind the guest where packets do not get on.
#pragma once

#include "guest/base.h"

#include <optional>

namespace netswap::guest {

inline constexpr const char *silent_interface = "hostile0";
inline constexpr const char *plugged_interface = "hostile1";

/// Switches forwarding on and makes two interfaces: behind the first one, half of a veth pair,
/// nobody answers ARP; the second one, a dummy, has a queue that is plugged.
Result<void> make_dead_ends();

/// Sets the MTU of an interface.
Result<void> set_mtu(const std::string &interface, int mtu);

/// Switches segmentation by the card off, so that a lossy link sees one packet at a time.
Result<void> switch_segmentation_off(const std::string &interface);

/// Whether it is on; nothing if the interface does not say.
std::optional<bool> segmentation(const std::string &interface);

} // namespace netswap::guest
