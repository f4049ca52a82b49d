// SPDX-License-Identifier: GPL-2.0
#include "guest/kernel_health.h"

namespace netswap::guest {

Result<void> check_kernel(Kmsg &kmsg, LeakFinder &leaks) {
    kmsg.watch();
    if (const auto fault = kmsg.fault())
        return fail("kernel log: " + std::string(*fault));
    return leaks.check();
}

} // namespace netswap::guest
