// SPDX-License-Identifier: GPL-2.0
#include "guest/cpus.h"

#include "guest/sysfile.h"

#include <unistd.h>

namespace netswap::guest {

Result<void> start_cpus() {
    const long cpus = ::sysconf(_SC_NPROCESSORS_CONF);
    for (long cpu = 0; cpu < cpus; ++cpu) {
        // The boot CPU has no such file: it is always there.
        const auto file = "/sys/devices/system/cpu/cpu" + std::to_string(cpu) + "/online";
        if (read_word(file) == "0")
            if (auto done = write_text(file, "1"); !done)
                return done;
    }
    return {};
}

} // namespace netswap::guest
