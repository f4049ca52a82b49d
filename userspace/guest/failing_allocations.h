// SPDX-License-Identifier: GPL-2.0
// Allocations that the kernel makes fail on request (FAULT_INJECTION).
#pragma once

#include "guest/base.h"

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace netswap::guest {

/// Where a function is: from its first byte to the next symbol's.
struct TextRange {
    std::uint64_t start = 0;
    std::uint64_t end = 0;
    bool operator==(const TextRange &) const = default;
};

/// Of a function in the text of /proc/kallsyms; modules' functions are not looked at.
std::optional<TextRange> find_function(std::string_view kallsyms, std::string_view name);

/// Slab objects and pages, below one function: its address has to be among the callers.
class FailingAllocations {
  public:
    enum class Path { receive, transmit };

    /// Opens what is needed later. The error says what the kernel lacks.
    static Result<FailingAllocations> open(const std::string &debugfs = "/sys/kernel/debug",
                                           const std::string &symbols = "/proc/kallsyms");

    /// From now on some of the path's allocations fail. Allocates nothing; a write that failed is
    /// told by end().
    void begin(Path path);
    /// How many failed since begin().
    Result<std::uint64_t> end();

  private:
    /// The files of failslab or fail_page_alloc.
    struct Knobs {
        Fd probability;
        Fd times;
        Fd count; ///< the same file, for reading it once
        std::string count_path;
        Fd ignore_waiting;
        Fd require_start;
        Fd require_end;
    };
    static Result<Knobs> open_knobs(const std::string &directory);
    void set(const Fd &file, std::uint64_t value);

    std::array<Knobs, 2> knobs_;
    std::array<TextRange, 2> functions_; ///< by path
    int write_error_ = 0;
};

} // namespace netswap::guest
