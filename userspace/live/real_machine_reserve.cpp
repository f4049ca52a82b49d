// SPDX-License-Identifier: GPL-2.0
#include "live/real_machine.h"

namespace netswap::live {

Result<ReserveChange> RealMachine::raise_reserve(const AreaSpec &area, const AreaState &) {
    if (area.reserve == ReservePolicy::keep)
        return ReserveChange{};
    return fail("not written yet");
}

Status RealMachine::restore_reserve(const AreaState &) {
    return {};
}

bool RealMachine::needs_guard(const std::vector<ServerAddress> &) {
    return false;
}

} // namespace netswap::live
