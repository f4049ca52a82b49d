// SPDX-License-Identifier: GPL-2.0
// netswap_guard on a kernel without hooks.
#include "lab_kernel.h"
#include "marks_client.h"
#include "skip.h"
#include "test_net.h"

#include "guest/guard_counters.h"
#include "guest/network.h"

#include <algorithm>
#include <sys/socket.h>

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

TEST_CASE("the guard is back when its driver is loaded anew") {
    if (!image_has(guard) || !image_has(stock_module))
        return skip(no_guard);
    const Loaded module(guard);
    std::vector<std::string> loaded;
    REQUIRE(unload_module("virtio_net").has_value());
    REQUIRE(load_with_dependencies("virtio_net", loaded).has_value());
    const auto nic = find_nic();
    REQUIRE(nic.has_value());
    const Loaded marks(stock_module);
    const Fd socket(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
    REQUIRE(marks_client()->mark(socket.get()).has_value());
    set_up(nic->interface.c_str(), false);
    set_up(nic->interface.c_str(), true); // which fills the ring
    const auto counters = guard_counters();
    set_up(nic->interface.c_str(), false);
    CHECK(std::any_of(counters.begin(), counters.end(), [](const auto &counter) {
        return counter.first.ends_with("refills_work") && counter.second > 0;
    }));
}
