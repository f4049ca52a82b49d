// SPDX-License-Identifier: GPL-2.0
#pragma once

#include <sys/prctl.h>

#ifndef PR_SET_IO_FLUSHER
#define PR_SET_IO_FLUSHER 57
#define PR_GET_IO_FLUSHER 58
#endif

namespace netswap {

/// As long as it lives, memory that the kernel allocates for this thread, and for what it starts,
/// waits for no I/O. For whoever makes the kernel allocate while the queue of a swap device stands
/// still. Without CAP_SYS_RESOURCE nothing changes.
class IoFlusher {
  public:
    IoFlusher()
        : set_(::prctl(PR_GET_IO_FLUSHER, 0, 0, 0, 0) == 0 &&
               ::prctl(PR_SET_IO_FLUSHER, 1, 0, 0, 0) == 0) {}
    IoFlusher(const IoFlusher &) = delete;
    IoFlusher &operator=(const IoFlusher &) = delete;
    ~IoFlusher() {
        if (set_)
            ::prctl(PR_SET_IO_FLUSHER, 0, 0, 0, 0);
    }

  private:
    bool set_;
};

} // namespace netswap
