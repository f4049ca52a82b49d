// SPDX-License-Identifier: GPL-2.0
#pragma once

#include <string>

#include "lib/fault.h"
#include "lib/nbd_relay.h"
#include "lib/nbd_service.h"
#include "lib/qemu_machine.h"

namespace netswap {

/// Makes faults in a running lab.
class FaultRig final : public FaultSite {
  public:
    /// `service` may be null in a lab without a network, `relay` where no fault needs one.
    FaultRig(NbdService *service, NbdRelay *relay, QemuMachine &machine, std::string interface_name)
        : service_(service), relay_(relay), machine_(machine),
          interface_(std::move(interface_name)) {}

    Status begin(const Fault &fault) override;
    Status end(const Fault &fault) override;
    std::optional<std::uint64_t> hits(const Fault &fault) override;

  private:
    NbdService *service_;
    NbdRelay *relay_;
    QemuMachine &machine_;
    std::string interface_;
};

} // namespace netswap
