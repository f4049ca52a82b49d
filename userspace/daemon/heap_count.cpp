// SPDX-License-Identifier: GPL-2.0
#include "daemon/heap_count.h"

#include <cstddef>

// glibc's allocator under the names that it keeps for those who stand in front of it.
extern "C" {
void *__libc_malloc(std::size_t);
void *__libc_calloc(std::size_t, std::size_t);
void *__libc_realloc(void *, std::size_t);
void __libc_free(void *);
}

namespace netswap::heap_count {

namespace {

std::atomic<std::atomic<std::uint64_t> *> armed{nullptr};

void count() {
    if (auto *counter = armed.load(std::memory_order_relaxed))
        counter->fetch_add(1, std::memory_order_relaxed);
}

} // namespace

void arm(std::atomic<std::uint64_t> *counter) {
    armed = counter;
}

} // namespace netswap::heap_count

extern "C" {

void *malloc(std::size_t size) {
    netswap::heap_count::count();
    return __libc_malloc(size);
}

void *calloc(std::size_t count, std::size_t size) {
    netswap::heap_count::count();
    return __libc_calloc(count, size);
}

void *realloc(void *old, std::size_t size) {
    netswap::heap_count::count();
    return __libc_realloc(old, size);
}

void free(void *memory) {
    // Giving back is a call to the heap as well: it may unmap, which a locked daemon must not.
    if (memory != nullptr)
        netswap::heap_count::count();
    __libc_free(memory);
}
}
