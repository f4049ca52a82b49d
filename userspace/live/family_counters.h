// SPDX-License-Identifier: GPL-2.0
// The counters of netswap's modules, through their netlink family.
#pragma once

#include "lib/proc_parse.h"
#include "lib/result.h"
#include "live/genl_client.h"

namespace netswap::live {

/// Whether the last request is none that the module there knows: on a stock kernel netswap_mark has
/// the family, and knows only what it needs.
bool not_offered(const GenlClient &client);

/// All counters as "<module>.<counter>", nothing if nobody counts. `client` is of family netswap.
Result<CounterList> family_counters(GenlClient &client);

} // namespace netswap::live
