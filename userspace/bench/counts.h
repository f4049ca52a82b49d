// SPDX-License-Identifier: GPL-2.0
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include <nlohmann/json_fwd.hpp>

#include "lib/result.h"

namespace netswap::bench {

/// Instructions of one operation on one arm, as its guest counted them.
struct Count {
    std::string name;
    std::uint64_t batch = 1; ///< operations in a sample
    std::uint64_t samples = 0;
    std::uint64_t min = 0; ///< instructions of the cheapest sample
    std::uint64_t median = 0;

    /// Instructions of one operation in the median sample.
    [[nodiscard]] double per_operation() const {
        return static_cast<double>(median) / static_cast<double>(batch);
    }
    bool operator==(const Count &) const = default;
};

/// What one VM counted.
struct ArmCounts {
    std::string release; ///< of its kernel
    double elapsed_s = 0;
    std::vector<Count> counts; ///< in the order of measurement

    [[nodiscard]] const Count *find(const std::string &name) const;
    bool operator==(const ArmCounts &) const = default;
};

void to_json(nlohmann::json &json, const Count &count);
/// Throws if a key is missing or the batch is 0.
void from_json(const nlohmann::json &json, Count &count);

void to_json(nlohmann::json &json, const ArmCounts &counts);
void from_json(const nlohmann::json &json, ArmCounts &counts);

} // namespace netswap::bench
