// SPDX-License-Identifier: GPL-2.0
// The messages of the verdict channel that are not sent under pressure.
#pragma once

#include "guest/channel.h"
#include "guest/ktap.h"

#include <string_view>

namespace netswap::guest {

enum class Outcome { pass, oom, corrupt, error };

struct Verdict {
    Outcome outcome = Outcome::error;
    std::string message;
    double elapsed_s = 0; ///< first page to the end of the last worker; 0 if that was not reached
};

/// What a bench counted: instructions of a sample that makes `batch` operations.
struct Count {
    std::string name;
    std::uint64_t batch = 1;
    std::uint64_t samples = 0;
    std::uint64_t min = 0;
    std::uint64_t median = 0;
};

inline constexpr int agent_version = 1;

void send_hello(Channel &channel, std::string_view release);
/// Also stamps the time. Does not allocate: a phase may change in the middle of a storm.
void send_phase(Channel &channel, std::string_view phase);
void send_test(Channel &channel, const TestResult &test);
void send_count(Channel &channel, const Count &count);
void send_verdict(Channel &channel, const Verdict &verdict);

} // namespace netswap::guest
