// SPDX-License-Identifier: GPL-2.0
// The reservation tree as a live machine asks for it.
#pragma once

#include "live/reserve_tree.h"

#include <catch2/catch.hpp>
#include <memory>
#include <string>

namespace netswap::guest {

inline std::unique_ptr<live::KernelReserveTree> open_tree() {
    auto tree = live::KernelReserveTree::open();
    INFO((tree ? "" : tree.error().message));
    REQUIRE(tree.has_value());
    return std::move(*tree);
}

inline live::ReserveGroup group_of(live::ReserveTree &tree, const std::string &name) {
    const auto groups = tree.list();
    INFO((groups ? "" : groups.error().message));
    REQUIRE(groups.has_value());
    for (const auto &group : *groups)
        if (group.name == name)
            return group;
    FAIL("no group " << name);
    return {};
}

} // namespace netswap::guest
