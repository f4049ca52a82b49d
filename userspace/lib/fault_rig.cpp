// SPDX-License-Identifier: GPL-2.0
#include "lib/fault_rig.h"

namespace netswap {

Status FaultRig::begin(const Fault &fault) {
    switch (fault.kind) {
    case FaultKind::server_kill:
        machine_.watch_server(nullptr);
        return service_->kill();
    case FaultKind::link_drop:
        return network_->set_up(false);
    case FaultKind::link_carrier:
        return machine_.set_carrier(false);
    case FaultKind::receive_fail:
    case FaultKind::transmit_fail:
        machine_.send_line(fault.kind == FaultKind::receive_fail ? "fail receive\n"
                                                                 : "fail transmit\n");
        return {};
    case FaultKind::reply_drop:
    case FaultKind::reply_corrupt:
    case FaultKind::reply_cut:
    case FaultKind::reply_stall:
    case FaultKind::reply_pieces:
    case FaultKind::write_error:
        relay_->tamper().begin(reply_fault_of(fault.kind).value());
        return {};
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
        return network_->set_up(true);
    case FaultKind::link_carrier:
        return machine_.set_carrier(true);
    case FaultKind::receive_fail:
    case FaultKind::transmit_fail:
        machine_.send_line("fail nothing\n");
        return {};
    case FaultKind::reply_drop:
    case FaultKind::reply_corrupt:
    case FaultKind::reply_cut:
    case FaultKind::reply_stall:
    case FaultKind::reply_pieces:
    case FaultKind::write_error:
        relay_->tamper().end();
        return {};
    case FaultKind::daemon_kill:
        break;
    }
    return fail("the host cannot start the guest's daemon");
}

std::optional<std::uint64_t> FaultRig::hits(const Fault &fault) {
    const auto of_replies = reply_fault_of(fault.kind);
    // A stall needs nobody to wait for it.
    if (!of_replies || *of_replies == ReplyFault::stall)
        return std::nullopt;
    return relay_->tamper().hits();
}

} // namespace netswap
