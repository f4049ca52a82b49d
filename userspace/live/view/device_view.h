// SPDX-License-Identifier: GPL-2.0
// What /sys says about one nbd device.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "live/paths.h"

namespace netswap::live {

/// Requests of one direction since the device came to be.
struct DeviceTraffic {
    std::uint64_t requests = 0;
    std::uint64_t bytes = 0;
    std::uint64_t busy_ms = 0;   ///< sum of the requests' times
    std::uint64_t in_flight = 0; ///< now
};

struct DeviceView {
    bool present = false;   ///< the device exists
    bool connected = false; ///< it has a server: the kernel shows who connected it
    std::int64_t pid = 0;   ///< who connected it, 0 if not known
    std::uint64_t bytes = 0;
    /// Identifier given when it was connected; without a value the kernel does not tell.
    std::optional<std::string> backend;
    std::optional<DeviceTraffic> read, write; ///< nothing if the kernel's text is not understood
};

/// A device that is not there is no error: `present` says so.
DeviceView read_device(const Paths &paths, int index);

} // namespace netswap::live
