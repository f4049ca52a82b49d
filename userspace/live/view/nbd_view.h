// SPDX-License-Identifier: GPL-2.0
// What only the kernel can say about an area's device.
#pragma once

#include <map>
#include <string>

#include "live/area_state.h"

namespace netswap::live {

class NbdView {
  public:
    virtual ~NbdView() = default;
    /// Somebody disconnected the device while swap was on. False if we may not ask.
    virtual bool removed(const AreaState &state) = 0;
};

/// Remembers what it found, for there is no way back, and the kernel logs each question.
class KernelNbdView final : public NbdView {
  public:
    bool removed(const AreaState &state) override;

  private:
    std::map<std::string, std::int64_t> removed_; ///< areas, and since when they are up
};

} // namespace netswap::live
