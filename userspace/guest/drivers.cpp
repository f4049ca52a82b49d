// SPDX-License-Identifier: GPL-2.0
#include "guest/drivers.h"

#include "guest/modules.h"

#include <array>

namespace netswap::guest {
namespace {

// Kernels of the lab have them built in, a distribution's as modules.
constexpr std::array drivers{"virtio_pci", "virtio_console", "virtio_net",
                             "virtio_blk", "e1000",          "nbd"};

} // namespace

Result<void> load_drivers() {
    std::vector<std::string> loaded;
    for (const std::string driver : drivers) {
        if (!image_has(driver) || module_is_loaded(driver))
            continue;
        if (auto done = load_with_dependencies(driver, loaded); !done)
            return done;
    }
    return {};
}

} // namespace netswap::guest
