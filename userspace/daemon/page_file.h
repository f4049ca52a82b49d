// SPDX-License-Identifier: GPL-2.0
#pragma once

#include <string>

#include "lib/fd.h"
#include "lib/result.h"
#include "live/live_page.h"

namespace netswap {

/// The daemon's hold on RUN/NAME.live: mapped for writing and locked against a second daemon.
class PageFile {
  public:
    /// Makes the file if need be. What an earlier daemon of this version left in it stays: ports
    /// and counters, but not its pid. Fails if another daemon holds it, and names that one's pid.
    static Result<PageFile> open(const std::string &path);

    PageFile(PageFile &&other) noexcept;
    PageFile &operator=(PageFile &&) = delete;
    ~PageFile();

    [[nodiscard]] live::LivePage &page() const { return *page_; }

  private:
    PageFile(Fd fd, live::LivePage *page) : fd_(std::move(fd)), page_(page) {}

    Fd fd_;
    live::LivePage *page_;
};

} // namespace netswap
