// SPDX-License-Identifier: GPL-2.0
// Mode "tests": the KUnit suites, then the behaviour tests.
#pragma once

#include "guest/channel.h"
#include "guest/config.h"
#include "guest/messages.h"

namespace netswap::guest {

/// Reports every case as a `test` message. A crash, a time-out or a run without any case
/// is a failed case. Passes if all cases did. The modules of the configuration are not
/// loaded: the tests load what they need.
Verdict run_tests(Channel &channel, const Config &config);

} // namespace netswap::guest
