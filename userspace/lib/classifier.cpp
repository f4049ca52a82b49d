// SPDX-License-Identifier: GPL-2.0
#include "lib/classifier.h"

#include <fmt/format.h>

namespace netswap {

namespace {

/// What the kernel lost, and was not made to lose.
std::string io_error_of(const RunEvidence &e) {
    if (e.of_tests)
        return {};
    return e.writes_failed ? e.console.io_error : e.console.first_io_error();
}

Classification without_verdict(const RunEvidence &e) {
    const auto how = e.machine_end ? *e.machine_end : std::string("unknown reason");
    if (e.said_hello)
        return {Verdict::crash, fmt::format("the machine ended without a verdict ({})", how)};
    return {Verdict::error, fmt::format("the guest never spoke, the machine ended ({}); last on "
                                        "the console: {}",
                                        how, e.console_tail.empty() ? "nothing" : e.console_tail)};
}

} // namespace

Classification classify(const RunEvidence &e) {
    if (!e.lab_error.empty())
        return {Verdict::error, e.lab_error};
    if (!e.console.oom_kill.empty())
        return {Verdict::oom, e.console.oom_kill};
    if (!e.console.fatal.empty())
        return {Verdict::crash, e.console.fatal};
    if (!e.state_mismatch.empty())
        return {Verdict::error, "the arm was not in force: " + e.state_mismatch};
    if (!io_error_of(e).empty() && !(e.guest && e.guest->verdict == Verdict::corrupt))
        return {Verdict::error, "the kernel log has: " + io_error_of(e)};
    if (!e.hang.empty()) {
        auto message = e.hang;
        if (!e.console.warning.empty())
            message += "; before that: " + e.console.warning;
        return {Verdict::hang, std::move(message)};
    }
    if (!e.guest)
        return without_verdict(e);
    const bool passed = e.guest->verdict == Verdict::pass;
    if (!passed && (e.guest->verdict != Verdict::error || e.of_tests))
        return {e.guest->verdict, e.guest->message};
    // The guest sees these, too, and can only say that something was wrong.
    const auto before = passed ? std::string("passed") : e.guest->message;
    if (!e.console.warning.empty())
        return {Verdict::crash, before + ", but the log has: " + e.console.warning};
    if (!e.churn_failure.empty())
        return {Verdict::crash, before + ", but module churn failed: " + e.churn_failure};
    if (!passed)
        return {e.guest->verdict, e.guest->message};
    if (!e.fault_shortfall.empty())
        return {Verdict::error, "passed, but only " + e.fault_shortfall};
    if (!e.load_shortfall.empty())
        return {Verdict::error, "passed, but " + e.load_shortfall};
    return {Verdict::pass, e.guest->message};
}

} // namespace netswap
