// SPDX-License-Identifier: GPL-2.0
#pragma once

#include "lib/hostile.h"
#include "lib/lossy_link.h"
#include "lib/traffic_generator.h"

namespace netswap {

/// Sends the traffic, and makes the link a bad one, in a running lab.
class HostileRig final : public HostileSite {
  public:
    /// `link` may be null if no loss is asked for. `slowness`: of the guest.
    HostileRig(const std::vector<HostileKind> &kinds, LossyLink *link, const Clock &clock,
               double slowness)
        : kinds_(kinds), link_(link), clock_(clock),
          generator_(make_traffic(kinds), clock, slowness) {}

    Status begin() override;
    std::vector<HostileRecord> end() override;

  private:
    std::vector<HostileKind> kinds_;
    LossyLink *link_;
    const Clock &clock_;
    TrafficGenerator generator_;
    bool running_ = false;
    double began_ = 0;
    HostileRecord at_begin_; ///< of the link
};

} // namespace netswap
