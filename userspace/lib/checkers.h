// SPDX-License-Identifier: GPL-2.0
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "lib/result.h"

namespace netswap {

/// The checkers that a kernel has built in: they find faults, and cost it time and memory.
struct Checkers {
    std::vector<std::string> names; ///< "KASAN", "lockdep", ...; empty for an ordinary kernel
    bool fails_allocations = false; ///< on request, by its debugfs

    [[nodiscard]] bool has(std::string_view name) const;
    /// Whether the first warning is to end the run. KCSAN also warns of races in code that is not
    /// ours; see find_data_races().
    [[nodiscard]] bool stop_at_first() const { return !names.empty() && !has("KCSAN"); }
    /// By how much a limit for an ordinary kernel is to be multiplied.
    [[nodiscard]] int patience() const { return names.empty() ? 1 : 6; }
    /// Less guest memory than this leaves a storm too little beside what the checkers take.
    [[nodiscard]] std::int64_t least_mem_mib() const;
};

/// Refuses a guest that is too small for such a kernel. The error says what would do.
Status check_memory(const Checkers &checkers, const std::string &flavour, std::int64_t mem_mib);

/// Refuses faults that this kernel was not built to make.
Status check_faults(const Checkers &checkers, const std::string &flavour,
                    const std::string &faults);

/// From the text of a kernel's .config.
Checkers read_checkers(std::string_view config);

/// Of a kernel whose configuration is this file; none if it cannot be read.
Checkers checkers_of(const std::string &config_file);

} // namespace netswap
