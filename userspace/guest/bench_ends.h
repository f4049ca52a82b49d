// SPDX-License-Identifier: GPL-2.0
// Connections over lo for the loads of a bench.
#pragma once

#include "guest/base.h"

#include <memory>

namespace netswap::guest {

/// Two ends of a connection or a pipe; shared, because a load is copied.
struct Ends {
    Fd first;
    Fd second;
};
using SharedEnds = std::shared_ptr<Ends>;

Result<SharedEnds> tcp_ends();
/// Two sockets that hear only each other.
Result<SharedEnds> udp_ends();

} // namespace netswap::guest
