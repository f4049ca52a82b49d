// SPDX-License-Identifier: GPL-2.0
// What `netswap top` shows, as text of a given size.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "live/view/rates.h"

namespace netswap::live {

/// What `top` remembers from one picture to the next.
class TopHistory {
  public:
    /// Takes in a snapshot; the rates are those since the one before.
    void add(Snapshot snapshot);

    [[nodiscard]] const Snapshot &now() const { return *now_; }
    [[nodiscard]] const Rates &rates() const { return rates_; }
    /// Pages: the least that was left of the reserve in any snapshot.
    [[nodiscard]] std::uint64_t least_reserve() const { return least_reserve_; }

  private:
    std::optional<Snapshot> now_;
    Rates rates_;
    std::uint64_t least_reserve_ = UINT64_MAX;
};

/// At most `rows` lines of at most `columns` characters. Where the areas are too many, some are
/// left out and counted, so that the machine's part stays.
std::vector<std::string> top_screen(const TopHistory &history, int columns, int rows);

/// The same as one line, for output that is no terminal.
std::string top_line(const TopHistory &history);

} // namespace netswap::live
