// SPDX-License-Identifier: GPL-2.0
// Networks behind the guest where packets do not get on.
#pragma once

#include "guest/base.h"

namespace netswap::guest {

inline constexpr const char *silent_interface = "hostile0";
inline constexpr const char *plugged_interface = "hostile1";

/// Switches forwarding on and makes two interfaces: behind the first one, half of a veth pair,
/// nobody answers ARP; the second one, a dummy, has a queue that is plugged.
Result<void> make_dead_ends();

} // namespace netswap::guest
