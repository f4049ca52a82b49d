// SPDX-License-Identifier: GPL-2.0
// Brings the guest into the state that the host asked for, up to an active
// swap area.
#pragma once

#include "guest/channel.h"
#include "guest/config.h"

namespace netswap::guest {

/// Modules, network card, min_free_kbytes, swap area; a `phase` message before each.
Result<void> prepare_storm(Channel &channel, const Config &config);

/// The address of the guest on the card it has.
Result<void> prepare_network();

} // namespace netswap::guest
