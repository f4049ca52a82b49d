// SPDX-License-Identifier: GPL-2.0
#pragma once

#include <memory>
#include <vector>

#include "lib/clock.h"
#include "lib/fd.h"
#include "lib/hostile.h"
#include "lib/lossy_link.h"
#include "lib/result.h"

namespace netswap {

/// The host's side of the network between lab and guest, in this network namespace: the tap that
/// QEMU gets, the address of the server, and what --hostile asks for between the two.
class LabNetwork {
  public:
    /// Nothing of it is hostile before begin() of the rig. `clock` outlives this object.
    static Result<LabNetwork> make(const std::vector<HostileKind> &kinds, std::uint64_t seed,
                                   const Clock &clock);

    [[nodiscard]] int tap() const { return tap_.get(); }
    /// While it is down nothing comes through.
    Status set_up(bool up);
    /// Null without packet loss.
    [[nodiscard]] LossyLink *link() const { return link_.get(); }

  private:
    [[nodiscard]] Status add_routes() const;

    std::vector<HostileKind> kinds_;
    Fd tap_;
    std::unique_ptr<LossyLink> link_;
};

} // namespace netswap
