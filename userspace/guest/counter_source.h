// SPDX-License-Identifier: GPL-2.0
// Where the counters of the mechanism modules come from.
#pragma once

#include "guest/base.h"
#include "lib/proc_parse.h"

namespace netswap::guest {

class CounterSource {
  public:
    virtual ~CounterSource() = default;
    /// All counters as "<mechanism>.<name>"; empty if no mechanism counts here.
    virtual Result<CounterList> read() = 0;
};

/// Generic netlink family "netswap"; a kernel without the family has no counters.
class NetlinkCounters final : public CounterSource {
  public:
    Result<CounterList> read() override;
};

} // namespace netswap::guest
