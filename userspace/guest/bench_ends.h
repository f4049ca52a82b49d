// SPDX-License-Identifier: GPL-2.0
// Connections over lo for the loads of a bench.
#pragma once

#include "guest/base.h"
#include "guest/bench_sample.h"

#include <memory>
#include <vector>

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

/// Adds the load that `make` makes of the ends. Without them it is an error, with the load's name.
template <typename Make>
Result<void> add_load(std::vector<NamedLoad> &loads, const char *name, std::uint64_t batch,
                      const Result<SharedEnds> &ends, Make make) {
    if (!ends)
        return with_context(ends.error(), name);
    loads.push_back({name, batch, make(*ends)});
    return {};
}

} // namespace netswap::guest
