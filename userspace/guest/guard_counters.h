// SPDX-License-Identifier: GPL-2.0
#pragma once

#include "lib/proc_parse.h"

namespace netswap::guest {

/// The counters of netswap_guard as "netswap_guard.<name>"; empty while it is not loaded.
CounterList guard_counters();

} // namespace netswap::guest
