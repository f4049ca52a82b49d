// SPDX-License-Identifier: GPL-2.0
// Reader for KTAP, the result format of KUnit, from debugfs or from the log.
//
// One TestResult per leaf. Nested suites are joined with dots. What is missing
// is a failure: a plan that was not fulfilled, a suite without its own line
// (the kernel died in it), a suite that failed though all its cases passed.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace netswap::guest {

struct TestResult {
    std::string suite;
    std::string name;
    bool ok = false;
    bool skip = false;
    std::string detail; ///< reason of a skip, diagnostics of a failure

    bool operator==(const TestResult &) const = default;
};

/// Lines that are not KTAP are ignored, so the text may be a piece of kernel log.
std::vector<TestResult> parse_ktap(std::string_view text);

} // namespace netswap::guest
