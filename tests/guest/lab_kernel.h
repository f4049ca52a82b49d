// SPDX-License-Identifier: GPL-2.0
// What the tests know about the kernel they run in, and scoped changes to it.
#pragma once

#include "guest/churn_plan.h"
#include "guest/modules.h"
#include "guest/state.h"
#include "guest/sysfile.h"

#include <algorithm>
#include <array>
#include <catch2/catch.hpp>
#include <chrono>
#include <string>
#include <thread>
#include <vector>

namespace netswap::guest {

struct Mechanism {
    const char *module;
    const char *group; ///< of questions, and its file below reserve_dir
};

inline constexpr std::array<Mechanism, 5> mechanisms{{{"gfp_memalloc", "gfp"},
                                                      {"pfmemalloc_slab", "slab"},
                                                      {"sock_memalloc", "sock"},
                                                      {"reclaim_throttle", "throttle"},
                                                      {"rx_reserve", "refill"}}};

inline std::string reserve(const std::string &file) {
    return read_word(reserve_dir + file).value_or("(no " + file + ")");
}

inline bool hooked() {
    return read_word(reserve_dir + "policy").has_value();
}

/// The hooked kernel with all of our modules in its image.
inline bool complete() {
    return hooked() && image_has(std::string(core_module)) &&
           std::all_of(mechanisms.begin(), mechanisms.end(),
                       [](const auto &mechanism) { return image_has(mechanism.module); });
}

inline constexpr const char *not_complete = "needs the hooked kernel and its modules";

/// A module that is loaded as long as this object lives.
class Loaded {
  public:
    explicit Loaded(std::string name, const std::string &params = "") : name_(std::move(name)) {
        const auto done = load_module(name_, params);
        INFO((done ? "" : done.error().message));
        REQUIRE(done.has_value());
    }
    Loaded(const Loaded &) = delete;
    Loaded &operator=(const Loaded &) = delete;
    ~Loaded() {
        const auto done = unload_module(name_);
        INFO((done ? "" : done.error().message));
        CHECK(done.has_value());
    }

  private:
    std::string name_;
};

inline std::vector<std::string> mechanism_names() {
    std::vector<std::string> names;
    for (const auto &mechanism : mechanisms)
        names.emplace_back(mechanism.module);
    return names;
}

/// The core and every mechanism, loaded as long as this object lives.
class AllLoaded {
    Loaded core_{std::string(core_module)};
    Loaded gfp_{"gfp_memalloc"};
    Loaded slab_{"pfmemalloc_slab"};
    Loaded sock_{"sock_memalloc"};
    Loaded throttle_{"reclaim_throttle"};
    Loaded rx_{"rx_reserve"};
};

/// Until it is so, or for some seconds.
template <typename Condition>
bool comes_true(Condition condition) {
    for (int i = 0; i < 80; ++i, std::this_thread::sleep_for(std::chrono::milliseconds(100)))
        if (condition())
            return true;
    return false;
}

} // namespace netswap::guest
