// SPDX-License-Identifier: GPL-2.0
#pragma once

#include "live/view/snapshot.h"

namespace netswap::live {

/// Where snapshots of the running machine come from.
class ThisMachine {
  public:
    ThisMachine() = default;
    ThisMachine(const ThisMachine &) = delete;
    ThisMachine &operator=(const ThisMachine &) = delete;
    ~ThisMachine() = default;

    [[nodiscard]] const Sources &sources() const { return sources_; }

  private:
    Paths paths_;
    NetlinkFamily family_;
    SystemViewClock clock_;
    KernelNbdView nbd_;
    Sources sources_{paths_, family_, clock_, nbd_};
};

} // namespace netswap::live
