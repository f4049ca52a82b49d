// SPDX-License-Identifier: GPL-2.0
#include "live/area_device.h"

#include <algorithm>

namespace netswap::live {

const SwapEntry *find_swap(const std::vector<SwapEntry> &swaps, const std::string &device) {
    const auto at = std::find_if(swaps.begin(), swaps.end(),
                                 [&](const SwapEntry &entry) { return entry.device == device; });
    return at == swaps.end() ? nullptr : &*at;
}

Result<bool> is_ours(Machine &machine, const AreaState &state) {
    if (state.index < 0)
        return false;
    if (!state.backend.empty())
        return machine.backend_of(state.index) == state.backend;
    const auto swaps = machine.swaps();
    if (!swaps)
        return tl::unexpected(swaps.error());
    return find_swap(*swaps, state.device) != nullptr;
}

bool is_removed(Machine &machine, const AreaState &state) {
    return !state.backend.empty() && machine.device_removed(state.index, state.backend);
}

} // namespace netswap::live
