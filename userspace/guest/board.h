// SPDX-License-Identifier: GPL-2.0
// What the workers of a storm tell the agent: one shared page set, locked in
// memory, written by the workers and read by the sampling loop without locks.
#pragma once

#include "guest/base.h"
#include "guest/page_pattern.h"

#include <atomic>
#include <cstdint>

namespace netswap::guest {

/// One worker's slot; a cache line pair of its own.
struct alignas(128) WorkerSlot {
    std::atomic<std::uint64_t> touched{0}; ///< pages, over all passes
    std::atomic<std::uint32_t> pass{0};    ///< the pass it is in; 0 writes
    std::atomic<std::uint64_t> done_ns{0}; ///< CLOCK_MONOTONIC at its end, 0: still at work
    // Valid once exit status says so:
    std::uint64_t bad_page = 0;
    PageMismatch bad;
};

/// Exit status of a worker process.
enum WorkerExit { worker_done = 0, worker_corrupt = 3, worker_no_memory = 4 };

class Board {
  public:
    /// Maps and locks a board for `workers` slots.
    static Result<Board> create(int workers);

    Board(Board &&other) noexcept;
    Board &operator=(Board &&) = delete;
    ~Board();

    [[nodiscard]] int workers() const { return workers_; }
    WorkerSlot &slot(int worker) { return head_->slots()[worker]; }
    [[nodiscard]] const WorkerSlot &slot(int worker) const { return head_->slots()[worker]; }

    /// Workers wait for this before their first page, so that all press at once.
    std::atomic<bool> &go() { return head_->go; }
    /// Workers begin further passes until this is set.
    std::atomic<bool> &may_end() { return head_->may_end; }

    [[nodiscard]] std::uint64_t touched() const;
    /// The pass of the slowest worker that is still at work.
    [[nodiscard]] std::uint32_t slowest_pass() const;
    /// When the last worker ended; 0 if none has.
    [[nodiscard]] std::uint64_t last_done_ns() const;

  private:
    struct Head {
        std::atomic<bool> go{false};
        std::atomic<bool> may_end{false};
        WorkerSlot *slots() { return reinterpret_cast<WorkerSlot *>(this) + 1; }
        [[nodiscard]] const WorkerSlot *slots() const {
            return reinterpret_cast<const WorkerSlot *>(this) + 1;
        }
    };
    static_assert(sizeof(Head) <= sizeof(WorkerSlot));

    Board(Head *head, int workers) : head_(head), workers_(workers) {}
    [[nodiscard]] static std::size_t bytes(int workers);

    Head *head_;
    int workers_;
};

} // namespace netswap::guest
