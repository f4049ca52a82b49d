// SPDX-License-Identifier: GPL-2.0
// Pages of a program that are on the swap device and nowhere else.
#pragma once

#include "control_group.h"
#include "guest/process.h"

namespace netswap::guest {

/// Of the `bytes` from `memory` on, the pages that are neither in memory nor in the swap cache.
std::size_t pages_out(void *memory, std::size_t bytes);

/// Memory of which every page begins with its number, charged to a control group.
class SwappedPages {
  public:
    static constexpr std::size_t count = 1024, page_bytes = 4096, bytes = count * page_bytes;

    explicit SwappedPages(const ControlGroup &group);
    SwappedPages(const SwappedPages &) = delete;
    SwappedPages &operator=(const SwappedPages &) = delete;
    ~SwappedPages();

    /// Writes them to swap and has what stays in the swap cache dropped, until no page is left in
    /// memory. The case fails if some still are after some seconds.
    void page_out() const;
    /// The first half of this: they are written, or on their way.
    void write_out() const;
    /// Pages that are neither in memory nor in the swap cache.
    [[nodiscard]] std::size_t out() const;
    /// Pages from `first` up to `end` that hold something else than their number. Brings them in.
    [[nodiscard]] int wrong(std::size_t first = 0, std::size_t end = count) const;

  private:
    const ControlGroup &group_;
    char *memory_;
};

/// How a process ends that reads all of them: exit status 1 if one is wrong.
ProcessEnd read_elsewhere(const SwappedPages &pages);

bool died_of_sigbus(const ProcessEnd &end);

} // namespace netswap::guest
