// SPDX-License-Identifier: GPL-2.0
#include "lib/traffic_generator.h"

#include <chrono>

#include "lib/traffic_pace.h"

namespace netswap {

namespace {

constexpr auto round = std::chrono::milliseconds(2);

} // namespace

TrafficGenerator::TrafficGenerator(std::vector<std::unique_ptr<Traffic>> traffic,
                                   const Clock &clock, double slowness, std::function<void()> pause)
    : traffic_(std::move(traffic)), clock_(clock), slowness_(slowness), pause_(std::move(pause)),
      exhausted_(traffic_.size(), false) {
    if (!pause_)
        pause_ = [] { std::this_thread::sleep_for(round); };
}

Status TrafficGenerator::start() {
    for (const auto &traffic : traffic_)
        if (auto ok = traffic->open(); !ok)
            return with_context(ok.error(), to_string(traffic->kind()));
    began_ = clock_.now();
    thread_ = std::thread([this] { send(); });
    return {};
}

void TrafficGenerator::send() {
    std::vector<TrafficPace> paces;
    for (const auto &traffic : traffic_)
        paces.emplace_back(traffic->rate() / slowness_, traffic->most(), clock_.now());
    while (!stopping_.load()) {
        for (std::size_t i = 0; i < traffic_.size(); i++) {
            for (auto steps = paces[i].due(clock_.now()); steps > 0; steps--)
                traffic_[i]->step();
            exhausted_[i] = paces[i].exhausted();
        }
        pause_();
    }
}

std::vector<HostileRecord> TrafficGenerator::stop() {
    if (!thread_.joinable())
        return {};
    stopping_ = true;
    thread_.join();
    std::vector<HostileRecord> records;
    for (std::size_t i = 0; i < traffic_.size(); i++) {
        const auto &count = traffic_[i]->count();
        HostileRecord record;
        record.kind = to_string(traffic_[i]->kind());
        record.seconds = clock_.now() - began_;
        record.packets = count.packets;
        record.bytes = count.bytes;
        record.connections = count.connections;
        record.refused = count.refused;
        record.exhausted = exhausted_[i];
        records.push_back(std::move(record));
    }
    return records;
}

} // namespace netswap
