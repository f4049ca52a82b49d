// SPDX-License-Identifier: GPL-2.0
// netswap_guard on a kernel without hooks.
#include "lab_kernel.h"
#include "skip.h"

#include "guest/guard_counters.h"

using namespace netswap;
using namespace netswap::guest;

namespace {

const std::string guard = "netswap_guard";
constexpr const char *no_guard = "needs a distribution's kernel, with netswap_guard in the image";

} // namespace

TEST_CASE("the guard loads where its function is the verified one, and goes") {
    if (!image_has(guard))
        return skip(no_guard);
    for (int round = 0; round < 3; ++round) {
        const Loaded module(guard);
        const auto counters = guard_counters();
        REQUIRE(counters.size() == 3);
        for (const auto &[name, value] : counters) {
            INFO(name);
            CHECK(value == 0); // no socket is marked
        }
    }
    CHECK_FALSE(module_is_loaded(guard));
    CHECK(guard_counters().empty());
}

TEST_CASE("the guard is refused without the driver it is for") {
    if (!image_has(guard))
        return skip(no_guard);
    std::vector<std::string> loaded;
    REQUIRE(unload_module("virtio_net").has_value());
    const auto done = load_module(guard);
    const auto back = load_with_dependencies("virtio_net", loaded);
    CHECK(back.has_value());
    REQUIRE_FALSE(done.has_value());
    CHECK(done.error().code == ENOENT);
    CHECK_FALSE(module_is_loaded(guard));
}
