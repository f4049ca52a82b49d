// SPDX-License-Identifier: GPL-2.0
// With what the driver fills a receive ring when an interface comes up: nothing is received before.
#include "counter.h"
#include "lab_kernel.h"
#include "marks_client.h"
#include "skip.h"
#include "test_net.h"

#include <filesystem>
#include <netinet/in.h>
#include <sys/socket.h>

using namespace netswap;
using namespace netswap::guest;

namespace {

/// The first interface of this driver, or "".
std::string interface_of(const std::string &driver) {
    std::error_code ignored;
    for (const auto &entry : std::filesystem::directory_iterator("/sys/class/net", ignored)) {
        const auto link = std::filesystem::read_symlink(entry.path() / "device/driver", ignored);
        if (!ignored && link.filename() == driver)
            return entry.path().filename();
    }
    return "";
}

} // namespace

TEST_CASE("a ring that is filled before anything can be received never reclaims") {
    const auto card = interface_of("virtio_net");
    if (!complete() || card.empty())
        return skip("needs the hooked kernel, its modules and a virtio card");
    const AllLoaded modules;
    set_up(card.c_str(), false);
    const auto nobody_marked = counter("rx_reserve.refills_setup");
    set_up(card.c_str(), true);
    CHECK(counter("rx_reserve.refills_setup") == nobody_marked);

    const auto netlink = marks_client();
    const Fd socket(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
    REQUIRE(netlink->mark(socket.get()).has_value());
    set_up(card.c_str(), false);
    set_up(card.c_str(), true);
    CHECK(counter("rx_reserve.refills_setup") > nobody_marked);
}
