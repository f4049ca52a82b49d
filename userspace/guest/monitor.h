// SPDX-License-Identifier: GPL-2.0
// The periodic sample of a storm. Everything it needs is opened and allocated
// by create(): taking a sample opens nothing and allocates nothing, because it
// happens while the guest has no memory to give.
#pragma once

#include "guest/channel.h"
#include "lib/proc_parse.h"

#include <memory>

namespace netswap::guest {

class Monitor {
  public:
    static Result<Monitor> create();

    /// Reads the counter files and sends one `sample` message with `touched` pages.
    void sample(Channel &channel, std::uint64_t touched);

  private:
    struct Buffers {
        char vmstat[32 * 1024];
        char zoneinfo[64 * 1024];
        char netstat[32 * 1024];
        char line[Channel::max_line];
    };

    Monitor(Fd vmstat, Fd zoneinfo, Fd netstat)
        : vmstat_(std::move(vmstat)), zoneinfo_(std::move(zoneinfo)), netstat_(std::move(netstat)),
          buffers_(std::make_unique<Buffers>()) {}

    Fd vmstat_;
    Fd zoneinfo_;
    Fd netstat_;
    std::unique_ptr<Buffers> buffers_;
    VmCounters vm_;
    ZoneTable zones_;
    std::uint64_t dropped_ = 0;
};

} // namespace netswap::guest
