// SPDX-License-Identifier: GPL-2.0
// A control group of version 2 with memory, as long as its object lives.
#pragma once

#include <cstdint>
#include <string>

namespace netswap::guest {

inline constexpr const char *no_control_groups = "needs control groups of version 2 with memory";

class ControlGroup {
  public:
    ControlGroup();
    ControlGroup(const ControlGroup &) = delete;
    ControlGroup &operator=(const ControlGroup &) = delete;
    ~ControlGroup();

    [[nodiscard]] bool there() const { return there_; }
    /// The case itself, for a while.
    void enter() const;
    void leave() const;
    /// Its memory is used up from now on.
    void freeze() const;
    /// How often nothing more could be had, however hard it was tried.
    [[nodiscard]] std::uint64_t out_of_memory() const;
    /// Has its memory written to swap and dropped, once around at most `bytes`. False if less could
    /// be had.
    [[nodiscard]] bool reclaim(std::size_t bytes) const;

  private:
    std::string root_ = "/tmp/control-groups", group_ = root_ + "/swap";
    bool there_ = false;
};

} // namespace netswap::guest
