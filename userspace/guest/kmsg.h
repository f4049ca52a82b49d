// SPDX-License-Identifier: GPL-2.0
// The kernel log, read as it grows.
#pragma once

#include "guest/base.h"

#include <array>
#include <functional>
#include <optional>
#include <string_view>

namespace netswap::guest {

/// True for a log line that says the kernel found a fault in itself: a warning, a BUG, an
/// oops, a lockdep report. An allocation failure or a blocked task is not one.
bool is_kernel_fault(std::string_view line);

class Kmsg {
  public:
    /// Starts behind everything logged so far.
    static Result<Kmsg> open_at_end();

    /// Hands on the new lines (the message without its prefix). Allocates nothing itself.
    void drain(const std::function<void(std::string_view)> &on_line);

    /// Looks through the new lines: keeps the first fault, and whether swap lost a page. Allocates
    /// nothing.
    void watch();

    /// The first fault that watch() met.
    [[nodiscard]] std::optional<std::string_view> fault() const;

    /// A page could not be read back from swap, as watch() saw.
    [[nodiscard]] bool page_lost() const { return page_lost_; }

  private:
    explicit Kmsg(Fd file) : file_(std::move(file)) {}

    Fd file_;
    std::array<char, 8192> record_{};
    std::array<char, 200> fault_{};
    std::size_t fault_size_ = 0;
    bool page_lost_ = false;
};

} // namespace netswap::guest
