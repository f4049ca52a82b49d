// SPDX-License-Identifier: GPL-2.0
#include "bench/counts.h"

#include <algorithm>
#include <stdexcept>

#include <nlohmann/json.hpp>

#include "lib/json_field.h"

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
    json_field::get(json.at("name"), count.name);
    json_field::get(json.at("batch"), count.batch);
    json_field::get(json.at("samples"), count.samples);
    json_field::get(json.at("min"), count.min);
    json_field::get(json.at("median"), count.median);
    if (count.batch == 0 || count.samples == 0)
        throw std::invalid_argument("a count of nothing");
}

void to_json(nlohmann::json &json, const ArmCounts &counts) {
    json = {
        {"release", counts.release}, {"elapsed_s", counts.elapsed_s}, {"counts", counts.counts}};
}

void from_json(const nlohmann::json &json, ArmCounts &counts) {
    json_field::get(json.at("release"), counts.release);
    json_field::get(json.at("elapsed_s"), counts.elapsed_s);
    json_field::get(json.at("counts"), counts.counts);
}

} // namespace netswap::bench
