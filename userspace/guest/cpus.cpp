// SPDX-License-Identifier: GPL-2.0
#include "guest/cpus.h"

#include "guest/sysfile.h"

#include <unistd.h>

namespace netswap::guest {

namespace {

/// From `was` to `shall`, as the kernel writes it.
Result<void> switch_cpus(const char *was, const char *shall) {
    const long cpus = ::sysconf(_SC_NPROCESSORS_CONF);
    for (long cpu = 0; cpu < cpus; ++cpu) {
        // The boot CPU has no such file: it is always there.
        const auto file = "/sys/devices/system/cpu/cpu" + std::to_string(cpu) + "/online";
        if (read_word(file) == was)
            if (auto done = write_text(file, shall); !done)
                return done;
    }
    return {};
}

} // namespace

Result<void> start_cpus() {
    return switch_cpus("0", "1");
}

Result<void> stop_cpus() {
    return switch_cpus("1", "0");
}

} // namespace netswap::guest
