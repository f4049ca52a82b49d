// SPDX-License-Identifier: GPL-2.0
// The page in which netswapd says what it does, mapped for reading.
#pragma once

#include "guest/base.h"
#include "live/live_page.h"

#include <utility>

namespace netswap::guest {

/// The one area of a storm, as `netswap` and netswapd know it.
inline constexpr const char *area_name = "swap0";

class LiveView {
  public:
    /// An error if the daemon has not been started yet.
    static Result<LiveView> open();

    LiveView(LiveView &&other) noexcept : page_(std::exchange(other.page_, nullptr)) {}
    LiveView &operator=(LiveView &&) = delete;
    ~LiveView();

    const live::LivePage *operator->() const { return page_; }
    const live::LivePage &operator*() const { return *page_; }

  private:
    explicit LiveView(const live::LivePage *page) : page_(page) {}

    const live::LivePage *page_;
};

} // namespace netswap::guest
