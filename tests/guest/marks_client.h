// SPDX-License-Identifier: GPL-2.0
// The client that a live machine uses, and what it can be tried on.
#pragma once

#include "lab_kernel.h"
#include "live/marks.h"

#include <memory>
#include <optional>

namespace netswap::guest {

inline const std::string stock_module = "netswap_mark";

/// A kernel as its distributor built it, with netswap_mark in the image.
inline bool stock_with_marks() {
    return !hooked() && image_has(stock_module);
}

inline constexpr const char *not_stock = "needs a distribution's kernel, with netswap_mark";

inline std::unique_ptr<live::KernelMarks> marks_client() {
    auto opened = live::KernelMarks::open();
    INFO((opened ? "" : opened.error().message));
    REQUIRE(opened.has_value());
    return std::move(*opened);
}

/// Waits until the pages for marked sockets are reserved, which a worker does soon after a mark.
inline bool reserve_is_there() {
    return comes_true([] { return reserve("emergency_pages") != "0"; });
}

} // namespace netswap::guest
