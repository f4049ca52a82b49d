// SPDX-License-Identifier: GPL-2.0
#include "live/held_area.h"

namespace netswap::live {

Result<std::optional<HeldArea>> hold_area(const Paths &paths, const std::string &name,
                                          const std::function<void()> &waits) {
    // A look before: an unknown name leaves no lock behind.
    auto state = find_area_state(paths, name);
    if (!state)
        return tl::unexpected(state.error());
    if (!*state)
        return std::nullopt;
    auto lock = waits ? wait_for_area(paths, name, waits) : lock_area(paths, name);
    if (!lock)
        return tl::unexpected(lock.error());
    state = find_area_state(paths, name);
    if (!state)
        return tl::unexpected(state.error());
    if (!*state)
        return std::nullopt;
    return std::optional(HeldArea{std::move(*lock), std::move(**state)});
}

} // namespace netswap::live
