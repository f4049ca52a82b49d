// SPDX-License-Identifier: GPL-2.0
// What a network interface is told by ioctl.
#pragma once

#include "guest/base.h"

#include <net/if.h>
#include <optional>

namespace netswap::guest {

/// Fills in the interface's name and makes the request; `what` is for the error, whose code is the
/// errno.
Result<void> interface_request(unsigned long verb, ifreq &request, const std::string &interface,
                               const std::string &what);

Result<void> set_mtu(const std::string &interface, int mtu);

/// Switches segmentation by the card off, so that a lossy link sees one packet at a time.
Result<void> switch_segmentation_off(const std::string &interface);

/// Whether it is on; nothing if the interface does not say.
std::optional<bool> segmentation(const std::string &interface);

} // namespace netswap::guest
