// SPDX-License-Identifier: GPL-2.0
#include "lib/fault_rig.h"

#include "lib/tap.h"

namespace netswap {

Status FaultRig::begin(const Fault &fault) {
    switch (fault.kind) {
    case FaultKind::server_kill:
        machine_.watch_server(nullptr);
        return service_->kill();
    case FaultKind::link_drop:
        return set_interface_up(interface_, false);
    case FaultKind::link_carrier:
        return machine_.set_carrier(false);
    case FaultKind::daemon_kill:
        break;
    }
    return fail("the host cannot kill the guest's daemon");
}

Status FaultRig::end(const Fault &fault) {
    switch (fault.kind) {
    case FaultKind::server_kill:
        if (auto ok = service_->restart(); !ok)
            return ok;
        machine_.watch_server(&service_->process());
        return {};
    case FaultKind::link_drop:
        return set_interface_up(interface_, true);
    case FaultKind::link_carrier:
        return machine_.set_carrier(true);
    case FaultKind::daemon_kill:
        break;
    }
    return fail("the host cannot start the guest's daemon");
}

} // namespace netswap
