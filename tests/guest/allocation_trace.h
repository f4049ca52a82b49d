// SPDX-License-Identifier: GPL-2.0
// With which flags the kernel allocates, as its own tracepoints tell.
#pragma once

#include <string>
#include <vector>

namespace netswap::guest {

/// One object of a slab cache.
struct Allocation {
    std::string function; ///< that asked for it, as "tcpm_new+0x12/0x34"
    std::string flags;    ///< as "GFP_ATOMIC|__GFP_NOMEMALLOC"
    int thread = 0;       ///< in which, or on top of which

    [[nodiscard]] bool in(const std::string &name) const { return function.rfind(name, 0) == 0; }
    [[nodiscard]] bool has(const std::string &flag) const;
};

/// Traces all allocations of objects from its begin until taken(), in a buffer of its own.
class AllocationTrace {
  public:
    AllocationTrace();
    AllocationTrace(const AllocationTrace &) = delete;
    AllocationTrace &operator=(const AllocationTrace &) = delete;
    ~AllocationTrace();

    /// Ends the trace; what there was, in the order of time.
    std::vector<Allocation> taken();

  private:
    void enable(bool on) const;
};

} // namespace netswap::guest
