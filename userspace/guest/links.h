// SPDX-License-Identifier: GPL-2.0
// Network interfaces made in the guest.
#pragma once

#include "guest/netlink_batch.h"

#include <functional>
#include <string>

namespace netswap::guest {

/// One request to rtnetlink; `what` is for the error.
Result<void> route_request(NetlinkBatch &batch, const std::string &what);

/// Adds an interface of this kind ("dummy", "veth"); `fill` puts IFLA_INFO_DATA if the kind needs
/// any.
Result<void> add_link(const std::string &kind, const std::string &name,
                      const std::function<void(NetlinkBatch &)> &fill = {});

} // namespace netswap::guest
