// SPDX-License-Identifier: GPL-2.0
#include "bench/counts.h"

#include <algorithm>
#include <stdexcept>

#include <nlohmann/json.hpp>

namespace netswap::bench {

const Count *ArmCounts::find(const std::string &name) const {
    const auto it = std::find_if(counts.begin(), counts.end(),
                                 [&](const Count &count) { return count.name == name; });
    return it == counts.end() ? nullptr : &*it;
}

void to_json(nlohmann::json &json, const Count &count) {
    json = {{"name", count.name},
            {"batch", count.batch},
            {"samples", count.samples},
            {"min", count.min},
            {"median", count.median}};
}

void from_json(const nlohmann::json &json, Count &count) {
    json.at("name").get_to(count.name);
    json.at("batch").get_to(count.batch);
    json.at("samples").get_to(count.samples);
    json.at("min").get_to(count.min);
    json.at("median").get_to(count.median);
    if (count.batch == 0 || count.samples == 0)
        throw std::invalid_argument("a count of nothing");
}

void to_json(nlohmann::json &json, const ArmCounts &counts) {
    json = {
        {"release", counts.release}, {"elapsed_s", counts.elapsed_s}, {"counts", counts.counts}};
}

void from_json(const nlohmann::json &json, ArmCounts &counts) {
    json.at("release").get_to(counts.release);
    json.at("elapsed_s").get_to(counts.elapsed_s);
    json.at("counts").get_to(counts.counts);
}

} // namespace netswap::bench
