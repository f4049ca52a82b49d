// SPDX-License-Identifier: GPL-2.0
#pragma once

#include "guest/config.h"
#include "guest/test_tally.h"

namespace netswap::guest {

/// Runs /bin/netswap-guest-tests and adds its cases. The configuration reaches the tests
/// as environment (NETSWAP_POLICY, NETSWAP_SERVER, NETSWAP_PORT).
void run_behaviour(TestTally &tally, const Config &config);

} // namespace netswap::guest
