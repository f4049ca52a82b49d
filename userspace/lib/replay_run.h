// SPDX-License-Identifier: GPL-2.0
#pragma once

#include <functional>
#include <string>

#include "lib/recording.h"
#include "lib/replayer.h"
#include "lib/result.h"

namespace netswap {

struct ReplayTask {
    Recording recording;
    std::string directory;  ///< of the recording
    std::string out;        ///< exists: what the replayed guest says, and QEMU's own messages
    std::string gdb_socket; ///< see ReplayConfig, "" for none
};

/// Makes the recorded run again, in a sandbox of its own, and waits for its end. The outcome is
/// without what the guest said: that is in `out`, under the recording's names. SIGINT and SIGTERM
/// to us end it, and give an error of exit_interrupted.
Result<ReplayOutcome> run_replay(const ReplayTask &task,
                                 const std::function<void(std::uint64_t)> &progress);

} // namespace netswap
