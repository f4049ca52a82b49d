// SPDX-License-Identifier: GPL-2.0
#pragma once

#include "guest/counter_source.h"

#include <catch2/catch.hpp>
#include <string>

namespace netswap::guest {

/// A counter of a mechanism, such as "sock_memalloc.xmits"; without it the case has failed.
inline std::uint64_t counter(const std::string &name) {
    NetlinkCounters source;
    const auto counters = source.read();
    REQUIRE(counters.has_value());
    for (const auto &[key, value] : *counters)
        if (key == name)
            return value;
    FAIL("no counter " << name);
    return 0;
}

} // namespace netswap::guest
