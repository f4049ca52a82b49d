// SPDX-License-Identifier: GPL-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace netswap {

/// One task as sysrq w or t prints it.
struct TaskStack {
    std::string name;
    int pid = 0;
    char state = '?';
    std::string work; ///< function of a worker's current work item, "" otherwise
    /// Functions, innermost first. Guesses ("? f") are left out, unless there is nothing else: a
    /// task that runs on another CPU has guesses only.
    std::vector<std::string> frames;

    /// Index of the first frame with exactly this name.
    [[nodiscard]] std::optional<std::size_t> find(std::string_view function) const;
    [[nodiscard]] bool has(std::string_view function) const { return find(function).has_value(); }
    [[nodiscard]] bool has_prefix(std::string_view prefix) const;
};

/// A lock a task holds or is about to take, as lockdep (sysrq d) prints it.
struct HeldLock {
    std::string task;
    int pid = 0;
    std::string lock; ///< "&nsock->tx_lock"
    std::string at;   ///< function that took it
};

/// Memory at the last dump (sysrq y, else m), pages summed over zones.
struct MemoryLevel {
    std::int64_t free = 0;
    std::int64_t min = 0;
};

/// Everything the analysis reads from a console after sysrq w, t, m, d and y.
struct ConsoleDump {
    std::vector<TaskStack> tasks; ///< a task printed twice appears once, as last seen
    std::vector<HeldLock> locks;
    std::optional<MemoryLevel> memory;
    bool answered = false; ///< any sysrq was answered at all
};

ConsoleDump parse_console_dump(std::string_view console);

} // namespace netswap
