// SPDX-License-Identifier: GPL-2.0
#include "live/view/interrupted.h"

#include <fmt/format.h>

#include "live/area_lock.h"

namespace netswap::live {

std::vector<AreaView> interrupted_areas(const Paths &paths, const std::string &name) {
    std::vector<AreaView> areas;
    for (const auto &known : known_areas(paths)) {
        if ((!name.empty() && known != name) || !area_is_idle(paths, known))
            continue;
        const auto state = find_area_state(paths, known);
        if (!state || !*state || !(*state)->part)
            continue; // up, and shown as that, or gone meanwhile
        AreaView view;
        view.name = known;
        const auto &device = (*state)->device;
        view.problems.push_back(
            {"up_interrupted",
             fmt::format("its up was interrupted: {} may be connected, and be swap",
                         device.empty() ? "a device" : device),
             fmt::format("netswap down {} clears what is left, and so does another up", known)});
        areas.push_back(std::move(view));
    }
    return areas;
}

} // namespace netswap::live
