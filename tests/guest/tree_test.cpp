// SPDX-License-Identifier: GPL-2.0
// The reservation tree follows the machine, and says no where it cannot.
#include "lab_kernel.h"
#include "marks_client.h"
#include "netswap_command.h"
#include "short_of_memory.h"
#include "simulated_card.h"
#include "skip.h"
#include "tree_client.h"

#include "guest/interface.h"
#include "guest/network.h"
#include "lib/proc_parse.h"

#include <chrono>
#include <sys/socket.h>
#include <thread>

using namespace netswap;
using namespace netswap::guest;
using namespace std::chrono_literals;

namespace {

std::uint32_t pages_of(live::ReserveTree &tree, const std::string &name) {
    return group_of(tree, name).pages;
}

/// A group that is held as long as this object lives.
class Held {
  public:
    Held(live::ReserveTree &tree, std::string group) : tree_(tree), group_(std::move(group)) {
        const auto done = tree_.activate(group_, true);
        INFO((done ? "" : done.error().message));
        REQUIRE(done.has_value());
    }
    Held(const Held &) = delete;
    Held &operator=(const Held &) = delete;
    ~Held() { CHECK(tree_.activate(group_, false).has_value()); }

  private:
    live::ReserveTree &tree_;
    std::string group_;
};

/// Gives each ring of the card 200 buffers, two a page, and waits until the tree knows.
void set_small_ring(live::ReserveTree &tree, const SimulatedCard &card, Ethtool way) {
    REQUIRE(set_ring(card.interface(), 200, way).has_value());
    REQUIRE(comes_true([&] { return pages_of(tree, "rings-" + card.interface()) == 100; }));
}

/// Says 1 or 0, and takes it.
const std::string online = "/sys/devices/system/cpu/cpu1/online";

bool second_cpu() {
    return complete() && read_word(online);
}

} // namespace

TEST_CASE("a marked socket brings the reservation tree to life") {
    if (!complete())
        return skip(not_complete);
    const AllLoaded modules;
    const auto tree = open_tree();
    CHECK(pages_of(*tree, "total") == 0);
    CHECK(reserve("emergency_pages") == "0");
    {
        const Fd socket(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
        REQUIRE(marks_client()->mark(socket.get()).has_value());
        CHECK(comes_true([&] { return pages_of(*tree, "user") == 32; }));
        CHECK(pages_of(*tree, "network") > 0);
        CHECK(pages_of(*tree, "reassembly-v4") == 0);
        CHECK(reserve("emergency_pages") == std::to_string(pages_of(*tree, "total")));
    }
    // It reconnects when memory is shortest, and must find its pages there.
    std::this_thread::sleep_for(2s);
    CHECK(pages_of(*tree, "user") == 32);
}

TEST_CASE("reassembly has a reservation for datagrams only") {
    if (!complete())
        return skip(not_complete);
    const AllLoaded modules;
    const auto tree = open_tree();
    const Fd socket(::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0));
    REQUIRE(marks_client()->mark(socket.get()).has_value());
    CHECK(comes_true([&] { return pages_of(*tree, "reassembly-v4") > 0; }));
}

TEST_CASE("receive rings follow the MTU") {
    const auto nic = find_nic();
    if (!complete() || !nic)
        return skip(nic ? not_complete : "needs a network card");
    if (memory_is_kept())
        return skip(kept);
    const AllLoaded modules;
    const auto tree = open_tree();
    const Held network(*tree, "network");
    const auto before = pages_of(*tree, "rings");
    CHECK(before == pages_of(*tree, "rings-" + nic->interface));
    CHECK(before > 0);
    REQUIRE(set_mtu(nic->interface, 9000).has_value());
    CHECK(pages_of(*tree, "rings") == before * 6); // half a page becomes three
    CHECK(set_mtu(nic->interface, 1500).has_value());
    CHECK(pages_of(*tree, "rings") == before);
}

TEST_CASE("an MTU whose receive rings cannot be had is refused") {
    const auto nic = find_nic();
    if (!complete() || !nic)
        return skip(nic ? not_complete : "needs a network card");
    const AllLoaded modules;
    const auto tree = open_tree();
    const Held network(*tree, "network");
    const auto before = pages_of(*tree, "rings");
    const auto pool = reserve("emergency_pages");
    Result<void> done;
    {
        const ShortOfMemory memory;
        REQUIRE(memory.deepen());
        done = set_mtu(nic->interface, 9000);
    }
    REQUIRE_FALSE(done.has_value());
    CHECK(done.error().code == ENOMEM);
    CHECK(read_word("/sys/class/net/" + nic->interface + "/mtu") == "1500");
    CHECK(pages_of(*tree, "rings") == before);
    CHECK(reserve("emergency_pages") == pool);
}

TEST_CASE("receive rings and queues of a card are in the tree as soon as they have grown") {
    if (!complete() || !SimulatedCard::there())
        return skip("needs the hooked kernel, its modules and a simulated card");
    const AllLoaded modules;
    const auto tree = open_tree();
    const Held network(*tree, "network");
    const SimulatedCard card;
    const auto rings = "rings-" + card.interface();
    for (const auto way : {Ethtool::ioctl, Ethtool::netlink}) {
        set_small_ring(*tree, card, way);
        CHECK(set_ring(card.interface(), 1000, way).has_value());
        CHECK(pages_of(*tree, rings) == 500);
        set_small_ring(*tree, card, way);
        CHECK(set_queues(card.interface(), SimulatedCard::queues, way).has_value());
        CHECK(pages_of(*tree, rings) == 100 * SimulatedCard::queues);
        REQUIRE(set_queues(card.interface(), 1, way).has_value());
    }
}

TEST_CASE("rings and queues whose pages cannot be had are refused") {
    if (!complete() || !SimulatedCard::there())
        return skip("needs the hooked kernel, its modules and a simulated card");
    if (memory_is_kept())
        return skip(kept);
    const AllLoaded modules;
    const auto tree = open_tree();
    const Held network(*tree, "network");
    const SimulatedCard card;
    set_small_ring(*tree, card, Ethtool::ioctl);
    const auto before = pages_of(*tree, "rings");
    const auto pool = reserve("emergency_pages");
    const ShortOfMemory memory;
    for (const auto way : {Ethtool::ioctl, Ethtool::netlink}) {
        INFO((way == Ethtool::ioctl ? "ioctl" : "netlink"));
        REQUIRE(memory.deepen());
        const auto ring = set_ring(card.interface(), 4000, way);
        REQUIRE_FALSE(ring.has_value());
        CHECK(ring.error().code == ENOMEM);
        REQUIRE(memory.deepen());
        const auto queues = set_queues(card.interface(), SimulatedCard::queues, way);
        REQUIRE_FALSE(queues.has_value());
        CHECK(queues.error().code == ENOMEM);
    }
    CHECK(pages_of(*tree, "rings") == before);
    CHECK(reserve("emergency_pages") == pool);
}

TEST_CASE("a limit for fragments is raised with its pages, or not at all") {
    if (!complete())
        return skip(not_complete);
    const AllLoaded modules;
    const auto tree = open_tree();
    const Fd socket(::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0));
    REQUIRE(marks_client()->mark(socket.get()).has_value());
    for (const auto &[group, file] :
         {std::pair("reassembly-v4", "/proc/sys/net/ipv4/ipfrag_high_thresh"),
          std::pair("reassembly-v6", "/proc/sys/net/ipv6/ip6frag_high_thresh")}) {
        INFO(file);
        REQUIRE(comes_true([&, name = group] { return pages_of(*tree, name) > 0; }));
        const auto before = pages_of(*tree, group);
        const auto limit = read_word(file);
        REQUIRE(limit.has_value());
        const auto bytes = std::stoul(*limit);
        CHECK(write_text(file, std::to_string(bytes + 100 * 4096)).has_value());
        CHECK(pages_of(*tree, group) == before + 100);
        REQUIRE(write_text(file, *limit).has_value());
        REQUIRE(comes_true([&, name = group] { return pages_of(*tree, name) == before; }));
        const auto refused = write_text(file, "1000000000"); // more than there is
        CHECK_FALSE(refused.has_value());
        CHECK(read_word(file) == limit);
        CHECK(pages_of(*tree, group) == before);
    }
}

TEST_CASE("packets follow the CPUs") {
    if (!second_cpu())
        return skip(complete() ? "needs a second CPU that can go offline" : not_complete);
    const AllLoaded modules;
    const auto tree = open_tree();
    const Held network(*tree, "network");
    const auto before = pages_of(*tree, "packets");
    REQUIRE(write_text(online, "0").has_value());
    CHECK(pages_of(*tree, "packets") == before - 64);
    REQUIRE(write_text(online, "1").has_value());
    CHECK(pages_of(*tree, "packets") == before);
}

TEST_CASE("a CPU whose packets cannot be had stays offline") {
    if (!second_cpu())
        return skip(complete() ? "needs a second CPU that can go offline" : not_complete);
    const AllLoaded modules;
    const auto tree = open_tree();
    const Held network(*tree, "network");
    REQUIRE(write_text(online, "0").has_value());
    // A quarter of memory is the most that can be reserved, and there is no page left of it.
    ZoneTable zones;
    REQUIRE(parse_zoneinfo(read_text("/proc/zoneinfo").value_or(""), zones));
    const auto most = static_cast<std::uint32_t>(zones.sum(&ZoneSample::managed) / 4);
    const auto own = pages_of(*tree, "lookup") + most - pages_of(*tree, "total");
    const auto set = tree->set("lookup", own);
    INFO((set ? "" : set.error().message));
    REQUIRE(set.has_value());
    CHECK_FALSE(write_text(online, "1").has_value());
    CHECK(read_word(online) == "0");
    CHECK(pages_of(*tree, "total") == most);
    REQUIRE(tree->set("lookup", std::nullopt).has_value());
    CHECK(write_text(online, "1").has_value());
}

TEST_CASE("the reserve command shows, sets and refuses in one line") {
    if (!complete() || ::access(netswap_program, X_OK) != 0)
        return skip(not_complete);
    const auto without = netswap_does({"reserve"});
    CHECK(without.code == exit_host);
    CHECK(without.says("modprobe -a netswap"));

    const AllLoaded modules;
    const auto held = netswap_does({"reserve", "--hold", "nbd"});
    INFO(held.text);
    REQUIRE(held.code == exit_ok);
    CHECK(held.says("  network "));
    CHECK(held.says("kept below every watermark"));
    const auto set = netswap_does({"reserve", "--set", "lookup=40"});
    INFO(set.text);
    CHECK(set.code == exit_ok);
    CHECK(set.says("set to 40 by request"));
    const auto tree = open_tree();
    CHECK(pages_of(*tree, "lookup") == 40);

    const auto huge = netswap_does({"reserve", "--set", "lookup=4000000000"});
    CHECK(huge.code == exit_bad_input);
    CHECK(huge.text ==
          "netswap: --set lookup=4000000000: the reserve would be more than a quarter of memory\n");
    CHECK(pages_of(*tree, "lookup") == 40);
    const auto unknown = netswap_does({"reserve", "--hold", "moon"});
    CHECK(unknown.code == exit_bad_input);
    CHECK(unknown.text == "netswap: --hold moon: no such group\n");
    CHECK(netswap_does({"reserve", "--set", "lookup"}).code == exit_bad_input);
    CHECK(nobody_does({"reserve", "--hold", "nbd"}).code == exit_host);
    CHECK(netswap_does({"reserve", "--release", "nbd"}).code == exit_ok);
    CHECK(pages_of(*tree, "total") == 0);
}
