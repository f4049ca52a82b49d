// SPDX-License-Identifier: GPL-2.0
#pragma once

#include <functional>
#include <utility>
#include <vector>

namespace netswap::live {

/// Steps that take back what was done, run in reverse order unless forgotten.
class UndoList {
  public:
    UndoList() = default;
    UndoList(const UndoList &) = delete;
    UndoList &operator=(const UndoList &) = delete;
    ~UndoList() { run(); }

    void run() {
        while (!steps_.empty()) {
            const auto step = std::move(steps_.back());
            steps_.pop_back();
            step();
        }
    }
    void add(std::function<void()> step) { steps_.push_back(std::move(step)); }
    /// All went well.
    void forget() { steps_.clear(); }

  private:
    std::vector<std::function<void()>> steps_;
};

} // namespace netswap::live
