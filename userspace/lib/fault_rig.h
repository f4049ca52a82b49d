// SPDX-License-Identifier: GPL-2.0
#pragma once

#include "lib/fault.h"
#include "lib/lab_network.h"
#include "lib/nbd_relay.h"
#include "lib/nbd_service.h"
#include "lib/qemu_machine.h"

namespace netswap {

/// Makes faults in a running lab.
class FaultRig final : public FaultSite {
  public:
    /// `network` and `service` may be null in a lab without a network, `relay` where no fault needs
    /// one.
    FaultRig(LabNetwork *network, NbdService *service, NbdRelay *relay, QemuMachine &machine)
        : network_(network), service_(service), relay_(relay), machine_(machine) {}

    Status begin(const Fault &fault) override;
    Status end(const Fault &fault) override;
    std::optional<std::uint64_t> hits(const Fault &fault) override;

  private:
    LabNetwork *network_;
    NbdService *service_;
    NbdRelay *relay_;
    QemuMachine &machine_;
};

} // namespace netswap
