// SPDX-License-Identifier: GPL-2.0
#pragma once

#include <functional>
#include <string>

#include <sys/types.h>

#include "lib/artefacts.h"
#include "lib/guest_message.h"
#include "lib/result.h"
#include "lib/storm_options.h"
#include "lib/supervisor.h"

namespace netswap {

/// Everything one run needs; made before its process is started.
struct RunTask {
    RunPlan plan;
    Artefacts artefacts;
    std::string log_directory; ///< exists, empty
    GuestOrders orders;
    bool check_state = true;
    int nodes = 1; ///< NUMA nodes of the guest
};

/// What a run's process writes into its pipe: JSON, one object a line.
///   {"progress":{"phase":...,"touched":...,"pswpout":...}}     any number, while it runs
///   {"record":{...},"tests":[...]}                              the last line
std::string progress_line(const RunProgress &progress);
std::string record_line(const SupervisedRun &run);

/// Starts the run in a sandbox of its own. It ends by itself, or when the returned process is
/// killed; either way nothing of it is left but its logs. Messages go to `out_fd`.
Result<pid_t> start_run(const RunTask &task, int out_fd);

/// Whether the server of these parameters starts and answers on a tap in a sandbox, before a
/// campaign is begun with it. `log_directory` exists; server.log stays in it. Takes part of a
/// second.
Status try_server(const RunParams &params, const std::string &log_directory);

/// Inside the sandbox: network, server, guest, verdict. Never fails: what goes wrong is in the
/// record, verdict error.
SupervisedRun perform_run(const RunTask &task,
                          const std::function<void(const RunProgress &)> &progress);

} // namespace netswap
