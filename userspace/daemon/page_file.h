// SPDX-License-Identifier: GPL-2.0
#pragma once

#include <string>

#include "lib/fd.h"
#include "lib/result.h"
#include "live/live_page.h"
#include "live/paths.h"

namespace netswap {

/// The daemon's hold on an area: RUN/NAME.live mapped for writing, and RUN/NAME.keeper locked
/// against a second daemon.
class PageFile {
  public:
    /// Makes the files if need be. What an earlier daemon of this version left in the page stays:
    /// ports and counters, but not its pid. Fails if another daemon keeps the area, and names that
    /// one's pid.
    static Result<PageFile> open(const live::Paths &paths, const std::string &area);

    PageFile(PageFile &&other) noexcept;
    PageFile &operator=(PageFile &&) = delete;
    ~PageFile();

    [[nodiscard]] live::LivePage &page() const { return *page_; }

  private:
    PageFile(Fd lock, live::LivePage *page) : lock_(std::move(lock)), page_(page) {}

    Fd lock_;
    live::LivePage *page_;
};

} // namespace netswap
