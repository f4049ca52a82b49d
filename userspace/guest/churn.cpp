// SPDX-License-Identifier: GPL-2.0
#include "guest/churn.h"

#include "guest/churn_plan.h"
#include "guest/modules.h"

#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>
#include <random>
#include <thread>

namespace netswap::guest {
namespace {

using namespace std::chrono_literals;

constexpr std::array<const char *, 5> mechanism_names{
    "gfp_memalloc", "pfmemalloc_slab", "sock_memalloc", "reclaim_throttle", "rx_reserve"};
constexpr int unload_tries = 40;
constexpr auto unload_pause = 50ms;
constexpr std::uint64_t pause_span_ms = 120;

std::vector<std::string> mechanisms_in_image() {
    const auto image = image_modules();
    std::vector<std::string> names;
    for (const auto *name : mechanism_names)
        if (std::find(image.begin(), image.end(), name) != image.end())
            names.emplace_back(name);
    return names;
}

/// A module that someone is just using cannot go at once; that is no failure yet.
Result<void> unload_patiently(const std::string &name) {
    for (int tries = 1;; ++tries) {
        auto done = unload_module(name);
        if (done || tries == unload_tries ||
            (done.error().code != EWOULDBLOCK && done.error().code != EBUSY))
            return done;
        std::this_thread::sleep_for(unload_pause);
    }
}

Result<void> carry_out(const ChurnStep &step, const Config &config) {
    if (!step.load)
        return unload_patiently(step.module);
    const auto params = config.module_params.find(step.module);
    return load_module(step.module, params == config.module_params.end() ? "" : params->second);
}

void report(int pipe, const ChurnStep &step, const Result<void> &done) {
    const nlohmann::json message{{"type", "churn"},
                                 {"round", step.round},
                                 {"action", step.load ? "load" : "unload"},
                                 {"module", step.module},
                                 {"ok", done.has_value()},
                                 {"message", done ? "" : done.error().message}};
    const auto line = message.dump() + "\n";
    if (::write(pipe, line.data(), line.size()) < 0)
        ::_exit(2); // the agent is gone
}

int churn(int pipe, Board &board, const Config &config) {
    const auto plan =
        plan_churn(config.seed, config.churn_rounds, mechanisms_in_image(), config.modules);
    std::mt19937_64 random(~config.seed);
    while (!board.go().load())
        std::this_thread::sleep_for(1ms);
    int failed = 0;
    for (const auto &step : plan) {
        const auto done = carry_out(step, config);
        failed += done ? 0 : 1;
        report(pipe, step, done);
        std::this_thread::sleep_for(std::chrono::milliseconds(random() % pause_span_ms));
    }
    return failed == 0 ? 0 : 1;
}

} // namespace

Result<Child> start_churn(Board &board, const Config &config) {
    return Child::call([&](int pipe) { return churn(pipe, board, config); });
}

} // namespace netswap::guest
