// SPDX-License-Identifier: GPL-2.0
#include "live/clear_way.h"

#include "live/take_down.h"

namespace netswap::live {

Result<bool> clear_way(Machine &machine, const std::optional<AreaState> &found) {
    if (!found)
        return true;
    if (!found->part && machine.backend_of(found->index) == found->backend)
        return false;
    const auto areas = machine.areas();
    const bool others = areas && areas->size() > 1;
    if (const auto done = take_down(machine, *found, others, {}, {}); !done)
        return with_context(done.error(), "taking down what an earlier one has left");
    return true;
}

} // namespace netswap::live
