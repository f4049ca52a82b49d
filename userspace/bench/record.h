// SPDX-License-Identifier: GPL-2.0
#pragma once

#include <optional>
#include <string>
#include <vector>

#include <nlohmann/json_fwd.hpp>

#include "bench/arms.h"
#include "bench/counts.h"

namespace netswap::bench {

/// What one arm counted.
struct ArmRecord {
    BenchArm arm;
    std::string kernel; ///< flavour
    ArmCounts result;
};

/// A bench from begin to end.
struct BenchRecord {
    std::string started; ///< UTC
    std::string qemu;    ///< version
    int samples = 0;
    std::vector<ArmRecord> arms;
    std::size_t baseline = 0; ///< index in arms
};

/// What an arm adds to the baseline.
struct Difference {
    double instructions = 0; ///< of one operation
    double added = 0;
    double added_percent = 0;
    double ratio = 1; ///< to the baseline's instructions
};

/// Nothing of an operation that one of them did not measure.
std::optional<Difference> difference(const BenchRecord &record, std::size_t arm,
                                     const std::string &operation);

/// The baseline's instructions for a MiB over loopback, divided by the arm's: its throughput as a
/// ratio, where instructions are time.
std::optional<double> stream_throughput(const BenchRecord &record, std::size_t arm);

/// As docs/bench-json.md has it.
nlohmann::json bench_json(const BenchRecord &record);

} // namespace netswap::bench
