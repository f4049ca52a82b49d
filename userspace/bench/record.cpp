// SPDX-License-Identifier: GPL-2.0
#include "bench/record.h"

#include <nlohmann/json.hpp>

#include "bench/operations.h"
#include "lib/json_field.h"

namespace netswap::bench {

using nlohmann::json;

std::optional<Difference> difference(const BenchRecord &record, std::size_t arm,
                                     const std::string &operation) {
    const auto *ours = record.arms.at(arm).result.find(operation);
    const auto *theirs = record.arms.at(record.baseline).result.find(operation);
    if (!ours || !theirs || theirs->median == 0)
        return std::nullopt;
    const double base = theirs->per_operation(), instructions = ours->per_operation();
    const double added = instructions - base;
    return Difference{instructions, added, 100 * added / base, instructions / base};
}

std::optional<double> stream_throughput(const BenchRecord &record, std::size_t arm) {
    const auto stream = difference(record, arm, stream_operation);
    if (!stream || stream->instructions == 0)
        return std::nullopt;
    return (stream->instructions - stream->added) / stream->instructions;
}

json bench_json(const BenchRecord &record) {
    json arms = json::array(), table = json::array(), throughput = json::object();
    for (std::size_t i = 0; i < record.arms.size(); i++) {
        const auto &[arm, kernel, result] = record.arms[i];
        json entry = result;
        entry["arm"] = arm.name;
        entry["kernel"] = kernel;
        entry["policy"] = to_string(arm.arm.policy);
        entry["modules"] = arm.arm.modules;
        entry["marked"] = arm.marked;
        arms.push_back(std::move(entry));
        throughput[arm.name] = json_field::or_null(stream_throughput(record, i));
    }
    for (const auto &operation : operations()) {
        json by_arm = json::object();
        for (std::size_t i = 0; i < record.arms.size(); i++)
            if (const auto d = difference(record, i, std::string(operation.name)))
                by_arm[record.arms[i].arm.name] = {{"instructions", d->instructions},
                                                   {"added", d->added},
                                                   {"added_percent", d->added_percent},
                                                   {"ratio", d->ratio}};
        table.push_back({{"operation", operation.name},
                         {"text", operation.text},
                         {"section", to_string(operation.section)},
                         {"arms", std::move(by_arm)}});
    }
    return {{"netswap_bench", 1},
            {"started", record.started},
            {"qemu", record.qemu},
            {"samples", record.samples},
            {"baseline", record.arms.at(record.baseline).arm.name},
            {"arms", std::move(arms)},
            {"operations", std::move(table)},
            {"stream_throughput", std::move(throughput)}};
}

} // namespace netswap::bench
