// SPDX-License-Identifier: GPL-2.0
#include "guest/board.h"

#include <algorithm>
#include <memory>
#include <sys/mman.h>

namespace netswap::guest {

std::size_t Board::bytes(int workers) {
    return (static_cast<std::size_t>(workers) + 1) * sizeof(WorkerSlot);
}

Result<Board> Board::create(int workers) {
    void *memory = ::mmap(nullptr, bytes(workers), PROT_READ | PROT_WRITE,
                          MAP_SHARED | MAP_ANONYMOUS | MAP_POPULATE, -1, 0);
    if (memory == MAP_FAILED)
        return os_error("mapping the board of the workers");
    if (::mlock(memory, bytes(workers)) != 0) {
        const int code = errno;
        ::munmap(memory, bytes(workers));
        return os_error("locking the board of the workers", code);
    }
    Board board(new (memory) Head, workers);
    std::uninitialized_default_construct_n(board.head_->slots(), workers);
    return board;
}

Board::Board(Board &&other) noexcept
    : head_(std::exchange(other.head_, nullptr)), workers_(other.workers_) {}

Board::~Board() {
    if (head_ != nullptr)
        ::munmap(head_, bytes(workers_));
}

std::uint64_t Board::touched() const {
    std::uint64_t total = 0;
    for (int i = 0; i < workers_; ++i)
        total += slot(i).touched.load(std::memory_order_relaxed);
    return total;
}

std::uint32_t Board::slowest_pass() const {
    std::uint32_t slowest = UINT32_MAX;
    std::uint32_t latest = 0;
    for (int i = 0; i < workers_; ++i) {
        const auto pass = slot(i).pass.load(std::memory_order_relaxed);
        latest = std::max(latest, pass);
        if (slot(i).done_ns.load(std::memory_order_relaxed) == 0)
            slowest = std::min(slowest, pass);
    }
    return slowest == UINT32_MAX ? latest : slowest;
}

std::uint64_t Board::last_done_ns() const {
    std::uint64_t last = 0;
    for (int i = 0; i < workers_; ++i)
        last = std::max(last, slot(i).done_ns.load(std::memory_order_relaxed));
    return last;
}

} // namespace netswap::guest
