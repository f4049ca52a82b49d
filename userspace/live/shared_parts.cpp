// SPDX-License-Identifier: GPL-2.0
#include "live/shared_parts.h"

#include <algorithm>

namespace netswap::live {

namespace {

void add(std::vector<std::string> &names, const std::string &name) {
    if (std::find(names.begin(), names.end(), name) == names.end())
        names.push_back(name);
}

bool is_last(Machine &machine, const AreaState &state) {
    const auto areas = machine.areas();
    return areas && std::all_of(areas->begin(), areas->end(),
                                [&](const AreaState &area) { return area.name == state.name; });
}

} // namespace

Result<bool> load_helper_module(Machine &machine, const std::string &name) {
    const auto lock = machine.lock_areas();
    if (!lock)
        return tl::unexpected(lock.error());
    if (machine.module_loaded(name))
        return false;
    if (auto ok = machine.load_module(name); !ok)
        return tl::unexpected(ok.error());
    auto names = machine.loaded_helpers();
    add(names, name);
    if (auto ok = machine.note_helpers(names); !ok)
        return tl::unexpected(ok.error());
    return true;
}

Status return_reserve(Machine &machine, const AreaState &state) {
    const auto lock = machine.lock_areas();
    return lock ? machine.restore_reserve(state) : tl::unexpected(lock.error());
}

std::vector<std::string> forget_area(Machine &machine, const AreaState &state) {
    std::vector<std::string> warnings;
    // From the look at the others to the end: two that go at once would each see the other.
    const auto lock = machine.lock_areas();
    if (!lock)
        warnings.push_back(lock.error().message);
    auto names = machine.loaded_helpers();
    for (const auto &name : state.modules_loaded) // an earlier version wrote them there only
        add(names, name);
    if (is_last(machine, state)) {
        std::vector<std::string> stay;
        for (auto name = names.rbegin(); name != names.rend(); ++name)
            if (auto ok = machine.unload_module(*name); !ok) {
                warnings.push_back(ok.error().message);
                stay.insert(stay.begin(), *name); // the next last area tries again
            }
        names = std::move(stay);
    }
    if (auto ok = machine.note_helpers(names); !ok)
        warnings.push_back(ok.error().message);
    machine.remove_state(state.name);
    return warnings;
}

} // namespace netswap::live
