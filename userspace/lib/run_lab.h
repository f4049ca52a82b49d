// SPDX-License-Identifier: GPL-2.0
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "lib/clock.h"
#include "lib/fault.h"
#include "lib/fault_rig.h"
#include "lib/fd.h"
#include "lib/hostile_rig.h"
#include "lib/lab_network.h"
#include "lib/nbd_relay.h"
#include "lib/nbd_service.h"
#include "lib/qemu_machine.h"
#include "lib/result.h"
#include "lib/run_worker.h"

namespace netswap {

/// The parts of a run, inside its sandbox, in the order in which they are made; taken down in the
/// reverse order. `task` and `clock` outlive it.
class RunLab {
  public:
    RunLab(const RunTask &task, const Clock &clock);

    Result<QemuMachine> start();
    /// The tap and the server on it. A part of start().
    Status start_network();

    /// The image to boot is one that has the configuration in it.
    Status prepare_recording(std::string_view config_line);
    /// Keeps what was recorded, with all that makes the run again, or drops it if it passed.
    [[nodiscard]] Status settle_recording(const SupervisedRun &run,
                                          std::uint64_t instructions) const;

    /// A file of this name among the run's logs.
    [[nodiscard]] std::string path(const char *name) const;
    /// The same, empty and open for writing.
    [[nodiscard]] Fd open_log(const char *name) const;
    FaultRig rig(QemuMachine &machine);
    HostileRig hostile_rig();

  private:
    Status start_server();
    /// Whether a fault of --faults is such a one.
    [[nodiscard]] bool asks_for(const std::function<bool(FaultKind)> &such) const;

    const RunTask &task_;
    const Clock &clock_;
    std::string scratch_;
    std::vector<HostileKind> kinds_;
    std::vector<FaultOrder> faults_;
    std::optional<LabNetwork> network_;
    Fd server_log_;
    Fd qemu_log_;
    QemuConfig config_;
    std::string image_ = task_.artefacts.initramfs;
    std::optional<NbdService> service_;
    std::unique_ptr<NbdRelay> relay_;
};

} // namespace netswap
