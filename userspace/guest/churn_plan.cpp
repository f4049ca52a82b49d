// SPDX-License-Identifier: GPL-2.0
#include "guest/churn_plan.h"

#include <algorithm>
#include <random>
#include <utility>

namespace netswap::guest {
namespace {

constexpr std::uint64_t core_round_in = 8;

class Planner {
  public:
    Planner(std::uint64_t seed, const std::vector<std::string> &mechanisms,
            std::vector<std::string> loaded)
        : random_(seed), mechanisms_(mechanisms), loaded_(std::move(loaded)) {}

    void random_round(int round) {
        round_ = round;
        if (mechanisms_.empty() || below(core_round_in) == 0)
            cycle_core();
        else
            flip(mechanisms_[below(mechanisms_.size())]);
    }

    void restore(int round, const std::vector<std::string> &wanted) {
        round_ = round;
        unload_mechanisms([&](const std::string &name) { return !contains(wanted, name); });
        if (!contains(wanted, core_module) && is_loaded(core_module))
            step(false, core_module);
        for (const auto &name : wanted)
            if (!is_loaded(name))
                step(true, name);
    }

    std::vector<ChurnStep> take() { return std::move(steps_); }

  private:
    static bool contains(const std::vector<std::string> &list, std::string_view name) {
        return std::find(list.begin(), list.end(), name) != list.end();
    }

    // Not std::uniform_int_distribution: its result differs between libraries.
    std::uint64_t below(std::uint64_t limit) { return random_() % limit; }
    bool is_loaded(std::string_view name) const { return contains(loaded_, name); }

    void step(bool load, std::string_view name) {
        steps_.push_back({round_, load, std::string(name)});
        if (load)
            loaded_.emplace_back(name);
        else
            std::erase(loaded_, name);
    }

    void flip(const std::string &name) {
        if (!is_loaded(core_module))
            step(true, core_module);
        step(!is_loaded(name), name);
    }

    template <typename Predicate>
    void unload_mechanisms(Predicate &&leaves) {
        auto victims = loaded_;
        std::erase_if(victims,
                      [&](const auto &name) { return name == core_module || !leaves(name); });
        while (!victims.empty()) {
            const auto pick = victims.begin() + static_cast<long>(below(victims.size()));
            step(false, *pick);
            victims.erase(pick);
        }
    }

    void cycle_core() {
        unload_mechanisms([](const std::string &) { return true; });
        if (is_loaded(core_module))
            step(false, core_module);
        step(true, core_module);
    }

    std::mt19937_64 random_;
    const std::vector<std::string> &mechanisms_;
    std::vector<std::string> loaded_;
    std::vector<ChurnStep> steps_;
    int round_ = 0;
};

} // namespace

std::vector<ChurnStep> plan_churn(std::uint64_t seed, int rounds,
                                  const std::vector<std::string> &mechanisms,
                                  const std::vector<std::string> &loaded_at_start) {
    Planner planner(seed, mechanisms, loaded_at_start);
    for (int round = 1; round <= rounds; ++round)
        planner.random_round(round);
    planner.restore(rounds + 1, loaded_at_start);
    return planner.take();
}

} // namespace netswap::guest
