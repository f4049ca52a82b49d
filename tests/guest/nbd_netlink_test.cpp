// SPDX-License-Identifier: GPL-2.0
// nbd's requests do without the lock of all generic netlink: who wants to replace a lost connection
// must not wait for whoever else has it, for that one may wait for memory.
#include "lab_kernel.h"
#include "skip.h"

#include "lib/fd.h"
#include "live/genl_client.h"
#include "live/nbd_control.h"

#include <array>
#include <atomic>
#include <chrono>
#include <linux/nbd-netlink.h>
#include <sys/socket.h>
#include <thread>

using namespace netswap;
using namespace netswap::guest;
using namespace std::chrono_literals;

namespace {

const std::string module_name = "stuck_family"; // kmod/tests/stuck_family.c
constexpr const char *family = "netswap_stuck";
constexpr int stay = 1, ping = 2;

std::string parameter(const std::string &name) {
    return "/sys/module/" + module_name + "/parameters/" + name;
}

bool somebody_is_stuck() {
    return read_word(parameter("stuck")) == "Y";
}

live::GenlClient client_of(const char *name) {
    auto client = live::GenlClient::open(name, 1, std::string("no family ") + name);
    INFO((client ? "" : client.error().message));
    REQUIRE(client.has_value());
    return std::move(*client);
}

/// A request in a thread of its own, waited for at the end. Its connection is made before anybody
/// is stuck, for that needs the same lock.
class Asked {
  public:
    explicit Asked(int command) : command_(command), client_(client_of(family)) {}
    Asked(const Asked &) = delete;
    Asked &operator=(const Asked &) = delete;
    ~Asked() {
        (void)write_text(parameter("release"), "1");
        if (thread_.joinable())
            thread_.join();
    }

    void begin() {
        thread_ = std::thread([this] {
            (void)client_.ask({command_, 0, {}, {}});
            answered_ = true;
        });
    }

    [[nodiscard]] bool answered() const { return answered_; }

  private:
    int command_;
    live::GenlClient client_;
    std::atomic<bool> answered_{false};
    std::thread thread_;
};

} // namespace

TEST_CASE("nbd answers while another family of netlink is stuck") {
    if (!complete() || !image_has(module_name))
        return skip(not_complete);
    const Loaded module(module_name);
    auto nbd = client_of(NBD_GENL_FAMILY_NAME);
    Asked other(stay), third(ping); // the latter is the control
    other.begin();
    REQUIRE(comes_true(somebody_is_stuck));
    third.begin();
    std::this_thread::sleep_for(300ms);
    int answers = 0;
    const auto status = nbd.ask({NBD_CMD_STATUS, 0, {}, [&](nlmsghdr &) { ++answers; }});
    INFO((status ? "" : status.error().message));
    CHECK(status.has_value());
    CHECK(answers == 1);
    CHECK(somebody_is_stuck());
    CHECK_FALSE(third.answered());
}

TEST_CASE("a device takes connections to the backend that it has, and to no other") {
    if (!complete())
        return skip(not_complete);
    const AllLoaded modules; // without them nobody counts nbd's mark out again
    const std::string backend = "netswap-test-one";
    std::array<int, 2> pair{};
    REQUIRE(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair.data()) == 0);
    const Fd ours(pair[0]), servers(pair[1]);
    live::DeviceOrder order;
    order.bytes = 1 << 20;
    order.block_bytes = 4096;
    order.backend = backend;
    order.sockets = {ours.get()};
    const auto index = live::nbd_connect(order);
    INFO((index ? "" : index.error().message));
    REQUIRE(index.has_value());
    // It asks for a device with this backend, and is refused if it is another's.
    CHECK_FALSE(live::nbd_removed(*index, backend));
    CHECK(live::nbd_removed(*index, "netswap-test-other"));
    CHECK_FALSE(live::nbd_removed(*index, backend));
    CHECK(live::nbd_disconnect(*index).has_value());
}
