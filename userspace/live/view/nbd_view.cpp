// SPDX-License-Identifier: GPL-2.0
#include "live/view/nbd_view.h"

#include "live/nbd_control.h"

namespace netswap::live {

bool KernelNbdView::removed(const AreaState &state) {
    const auto known = removed_.find(state.name);
    if (known != removed_.end() && known->second == state.up_since)
        return true;
    const bool is = nbd_removed(state.index, state.backend);
    if (is)
        removed_[state.name] = state.up_since;
    return is;
}

} // namespace netswap::live
