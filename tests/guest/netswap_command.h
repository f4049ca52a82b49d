// SPDX-License-Identifier: GPL-2.0
// /bin/netswap as a user runs it.
#pragma once

#include "guest/process.h"

#include <string>
#include <vector>

namespace netswap::guest {

struct Outcome {
    int code = -1;    ///< exit status; -1 if it was ended
    std::string text; ///< stdout and stderr

    [[nodiscard]] bool says(std::string_view part) const {
        return text.find(part) != std::string::npos;
    }
};

inline constexpr const char *netswap_program = "/bin/netswap";

/// Runs a program to its end, 30 s of silence at most.
Outcome run_command(const std::vector<std::string> &words);

/// Runs netswap with these words.
Outcome netswap_does(std::vector<std::string> words);

/// The same without any privilege.
Outcome nobody_does(std::vector<std::string> words);

} // namespace netswap::guest
