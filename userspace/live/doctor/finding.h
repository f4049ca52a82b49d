// SPDX-License-Identifier: GPL-2.0
// What a check of `netswap doctor` says.
#pragma once

#include <string>
#include <vector>

namespace netswap::live::doctor {

enum class Severity {
    ok,      ///< looked at, and in order
    note,    ///< worth knowing; no reason to act
    warning, ///< can hang or lose pages under circumstances that the text names
    fatal,   ///< will hang or lose pages when memory is short
};

struct Finding {
    std::string id; ///< "group.subject", stable
    Severity severity = Severity::ok;
    std::string found;  ///< what is so, with its numbers
    std::string why;    ///< one sentence: what it does to network swap; empty for ok
    std::string remedy; ///< a command, or what to do; empty for ok
};

using Findings = std::vector<Finding>;

const char *to_string(Severity severity);
Severity worst(const Findings &findings);

/// For a terminal: the worst first.
std::string findings_text(const Findings &findings);
/// {"version": 1, "worst": "warning", "findings": [{"id", "severity", "found", "why", "remedy"}]}
std::string findings_json(const Findings &findings);

} // namespace netswap::live::doctor
