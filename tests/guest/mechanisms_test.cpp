// SPDX-License-Identifier: GPL-2.0
// Loading and unloading the mechanism modules.
#include "lab_kernel.h"
#include "skip.h"

using namespace netswap;
using namespace netswap::guest;

namespace {

const std::string core(core_module);

std::string answer_of(const std::string &module) {
    return "module:" + module;
}

/// Every group's answer is what the loaded modules say, and the base's elsewhere.
void check_groups(const std::vector<std::string> &loaded) {
    const auto policy = reserve("policy");
    for (const auto &[module, group] : mechanisms) {
        const bool here = std::find(loaded.begin(), loaded.end(), module) != loaded.end();
        INFO(group);
        CHECK(reserve(group) == (here ? answer_of(module) : policy));
    }
}

} // namespace

TEST_CASE("each module answers its group while it is loaded") {
    if (!complete())
        return skip(not_complete);
    const Loaded keep(core);
    for (const auto &mechanism : mechanisms) {
        INFO(mechanism.module);
        {
            const Loaded one(mechanism.module);
            check_groups({mechanism.module});
        }
        check_groups({});
    }
}

TEST_CASE("all modules together answer all groups") {
    if (!complete())
        return skip(not_complete);
    const AllLoaded modules;
    check_groups(mechanism_names());
}

TEST_CASE("a module is not loaded twice") {
    if (!complete())
        return skip(not_complete);
    const Loaded keep(core);
    for (const auto &mechanism : mechanisms) {
        INFO(mechanism.module);
        const Loaded one(mechanism.module);
        const auto again = load_module(mechanism.module);
        REQUIRE_FALSE(again.has_value());
        CHECK(again.error().code == EEXIST);
        check_groups({mechanism.module});
    }
}

TEST_CASE("a mechanism is refused without the core") {
    if (!complete())
        return skip(not_complete);
    for (const auto &mechanism : mechanisms) {
        INFO(mechanism.module);
        const auto done = load_module(mechanism.module);
        CHECK_FALSE(done.has_value());
        CHECK_FALSE(module_is_loaded(mechanism.module));
    }
    check_groups({});
}

TEST_CASE("the core stays while a mechanism needs it") {
    if (!complete())
        return skip(not_complete);
    const Loaded keep(core);
    for (const auto &mechanism : mechanisms) {
        const Loaded one(mechanism.module);
        const auto gone = unload_module(core);
        REQUIRE_FALSE(gone.has_value());
        CHECK(gone.error().code == EWOULDBLOCK);
    }
}

TEST_CASE("an unknown module parameter value is refused and leaves nothing behind") {
    if (!complete())
        return skip(not_complete);
    const Loaded keep(core);
    const auto done = load_module("pfmemalloc_slab", "strict=perhaps");
    CHECK_FALSE(done.has_value());
    CHECK_FALSE(module_is_loaded("pfmemalloc_slab"));
    check_groups({});
}

TEST_CASE("random order of loading and unloading") {
    if (!complete())
        return skip(not_complete);
    std::vector<std::string> loaded;
    for (const auto &step : plan_churn(20121, 20, mechanism_names(), {})) {
        INFO("round " << step.round << ' ' << (step.load ? "load " : "unload ") << step.module);
        const auto done = step.load ? load_module(step.module) : unload_module(step.module);
        INFO((done ? "" : done.error().message));
        REQUIRE(done.has_value());
        if (step.load)
            loaded.push_back(step.module);
        else
            std::erase(loaded, step.module);
        check_groups(loaded);
    }
    CHECK(loaded.empty());
}
