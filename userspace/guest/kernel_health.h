// SPDX-License-Identifier: GPL-2.0
// What the kernel has to say about itself when a run is over.
#pragma once

#include <string>

#include "guest/base.h"
#include "guest/kmsg.h"

namespace netswap::guest {

/// Memory that nothing points to any more, as a kernel with DEBUG_KMEMLEAK finds it.
class LeakFinder {
  public:
    virtual ~LeakFinder() = default;
    /// Whether this kernel looks for leaks at all.
    [[nodiscard]] virtual bool there() const = 0;
    /// Leaks up to now do not count.
    virtual void forget() = 0;
    /// The kernel's report, empty without leaks. Takes seconds: it does not report young memory.
    virtual Result<std::string> find() = 0;
};

class KernelLeakFinder : public LeakFinder {
  public:
    [[nodiscard]] bool there() const override;
    void forget() override;
    Result<std::string> find() override;
};

/// Fails with the first fault in the log since `kmsg` was read last, and with leaks.
Result<void> check_kernel(Kmsg &kmsg, LeakFinder &leaks);

} // namespace netswap::guest
