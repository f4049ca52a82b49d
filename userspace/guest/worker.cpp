// SPDX-License-Identifier: GPL-2.0
#include "guest/worker.h"

#include "guest/clock.h"
#include "guest/sysfile.h"

#include <csignal>
#include <sys/mman.h>
#include <sys/prctl.h>

namespace netswap::guest {
namespace {

void become_ordinary() {
    // Each failure here is harmless by itself; the agent's own state is what differs.
    (void)write_text("/proc/self/oom_score_adj", "0");
    ::prctl(PR_SET_IO_FLUSHER, 0, 0, 0, 0);
    ::munlockall();
    ::prctl(PR_SET_NAME, "storm"); // the name in the kernel's task dumps
    ::prctl(PR_SET_PDEATHSIG, SIGKILL);
}

class Mapping {
  public:
    Mapping(Board &board, const WorkerTask &task, unsigned char *memory)
        : slot_(board.slot(task.worker)), task_(task), memory_(memory) {}

    void write() {
        for (std::uint64_t page = 0; page < task_.pages; ++page) {
            fill_page(at(page), key(page, 0));
            count();
        }
    }

    /// Checks what pass - 1 wrote and writes anew; false at the first wrong word.
    bool verify_and_rewrite(std::uint32_t pass) {
        slot_.pass.store(pass, std::memory_order_relaxed);
        for (std::uint64_t page = 0; page < task_.pages; ++page) {
            if (!check_page(at(page), key(page, pass - 1), slot_.bad)) {
                slot_.bad_page = page;
                return false;
            }
            fill_page(at(page), key(page, pass));
            count();
        }
        return true;
    }

  private:
    unsigned char *at(std::uint64_t page) { return memory_ + page * page_bytes; }
    PageKey key(std::uint64_t page, std::uint32_t pass) const {
        return {task_.seed, static_cast<std::uint32_t>(task_.worker), pass, page};
    }
    void count() {
        slot_.touched.store(slot_.touched.load(std::memory_order_relaxed) + 1,
                            std::memory_order_relaxed);
    }

    WorkerSlot &slot_;
    const WorkerTask &task_;
    unsigned char *memory_;
};

} // namespace

int run_worker(Board &board, const WorkerTask &task) {
    become_ordinary();
    void *memory = ::mmap(nullptr, task.pages * page_bytes, PROT_READ | PROT_WRITE,
                          MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (memory == MAP_FAILED)
        return worker_no_memory;
    while (!board.go().load(std::memory_order_acquire))
        ::usleep(1000);

    Mapping mapping(board, task, static_cast<unsigned char *>(memory));
    mapping.write();
    const auto passes = static_cast<std::uint32_t>(task.passes);
    for (std::uint32_t pass = 1; pass <= passes || !board.may_end().load(); ++pass)
        if (!mapping.verify_and_rewrite(pass))
            return worker_corrupt;
    board.slot(task.worker).done_ns.store(monotonic_ns());
    return worker_done;
}

} // namespace netswap::guest
