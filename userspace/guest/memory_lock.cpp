// SPDX-License-Identifier: GPL-2.0
#include "guest/memory_lock.h"

#include "guest/sysfile.h"

#include <alloca.h>
#include <cstdlib>
#include <malloc.h>
#include <sys/mman.h>
#include <sys/prctl.h>

namespace netswap::guest {
namespace {

constexpr std::size_t heap_reserve = 512 * 1024;
constexpr std::size_t stack_reserve = 128 * 1024;

[[gnu::noinline]] void fault_in_stack() {
    auto *room = static_cast<volatile char *>(alloca(stack_reserve));
    for (std::size_t at = 0; at < stack_reserve; at += 1024)
        room[at] = 0;
}

void fault_in_heap() {
    ::mallopt(M_TRIM_THRESHOLD, -1);
    ::mallopt(M_MMAP_MAX, 0);
    auto *room = static_cast<volatile char *>(std::malloc(heap_reserve));
    for (std::size_t at = 0; room != nullptr && at < heap_reserve; at += 1024)
        room[at] = 0;
    std::free(const_cast<char *>(room));
}

} // namespace

Result<void> spare_from_oom() {
    return write_text("/proc/self/oom_score_adj", "-1000");
}

Result<void> lock_in_memory() {
    fault_in_heap();
    if (::mlockall(MCL_CURRENT | MCL_FUTURE) != 0)
        return os_error("locking the agent in memory");
    fault_in_stack();
    if (::prctl(PR_SET_IO_FLUSHER, 1, 0, 0, 0) != 0)
        return os_error("keeping the agent's reclaim from I/O");
    return {};
}

} // namespace netswap::guest
