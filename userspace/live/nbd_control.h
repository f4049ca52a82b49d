// SPDX-License-Identifier: GPL-2.0
// The kernel's netlink family "nbd": connecting and disconnecting devices (libnl).
#pragma once

#include "live/machine.h"

namespace netswap::live {

bool nbd_family_there();

/// NBD_CMD_CONNECT on the first free device; returns its index. Needs CAP_SYS_ADMIN.
Result<int> nbd_connect(const DeviceOrder &order);

/// NBD_CMD_DISCONNECT. A device that is not connected is no error.
Status nbd_disconnect(int index);

/// Whether a connected device with this identifier was disconnected while it was open. It shows as
/// connected still, but the kernel takes no connection for it any more.
bool nbd_removed(int index, const std::string &backend);

} // namespace netswap::live
