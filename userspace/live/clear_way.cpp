// SPDX-License-Identifier: GPL-2.0
#include "live/clear_way.h"

#include <fmt/format.h>

#include "live/area_device.h"
#include "live/take_down.h"

namespace netswap::live {

Result<bool> clear_way(Machine &machine, const std::optional<AreaState> &found) {
    if (!found)
        return true;
    const auto ours = is_ours(machine, *found);
    if (!ours)
        return tl::unexpected(ours.error());
    if (!found->part && *ours && is_removed(machine, *found))
        return fail(fmt::format("{} was disconnected by somebody else; netswap down {}, then up "
                                "again",
                                found->device, found->name));
    if (!found->part && *ours)
        return false;
    if (const auto done = take_down(machine, *found, {}, {}); !done)
        return with_context(done.error(), "taking down what an earlier one has left");
    return true;
}

} // namespace netswap::live
