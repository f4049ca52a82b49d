// SPDX-License-Identifier: GPL-2.0
#pragma once

#include <optional>
#include <string>

#include "lib/console_scan.h"
#include "lib/guest_message.h"
#include "lib/record.h"

namespace netswap {

/// Everything that is known about a run when it is over.
struct RunEvidence {
    std::optional<VerdictMessage> guest;    ///< its last line, if it came to that
    std::string lab_error;                  ///< the lab failed: server died, no namespace, ...
    std::string state_mismatch;             ///< the arm was not in force
    std::string hang;                       ///< why it counts as hung, "" if it does not
    std::optional<std::string> machine_end; ///< how QEMU ended, if it did by itself
    bool said_hello = false;
    ConsoleFindings console;
    std::string console_tail; ///< last lines, for runs that never got going
    std::string churn_failure;
    bool writes_failed = false;  ///< on purpose: the kernel's log is to tell of it
    bool of_tests = false;       ///< they judge, and some take a swap device away
    std::string fault_shortfall; ///< not all faults asked for were made and healed
    std::string load_shortfall;  ///< nothing was swapped, or hostile traffic did not get out
};

struct Classification {
    Verdict verdict = Verdict::error;
    std::string message; ///< one line; "" for a clean pass
};

/// The one place that decides. In this order: failures of the lab, a kernel that broke, memory that
/// ran out, an arm that was not in force, pages that came back wrong, I/O errors of the swap area,
/// hangs, what the guest itself says; and a WARNING, or modules that do not come and go, turn a
/// pass or an error of the guest into a crash.
Classification classify(const RunEvidence &evidence);

} // namespace netswap
