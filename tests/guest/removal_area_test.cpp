// SPDX-License-Identifier: GPL-2.0
// The device of an area that netswap keeps is disconnected by somebody else, or its server is away
// for longer than swap may wait (docs/faults.md).
#include "guest/counter_source.h"
#include "guest/reserve_drain.h"
#include "lab_kernel.h"
#include "nbd_lab.h"
#include "netswap_command.h"
#include "skip.h"
#include "swapped_pages.h"
#include "test_net.h"

#include <catch2/catch.hpp>
#include <csignal>
#include <cstdlib>
#include <optional>

using namespace netswap;
using namespace netswap::guest;

namespace {

constexpr const char *device = "/dev/nbd0";
constexpr const char *not_possible = "needs nbdkit, nbd-client, netswap and netswapd in the image, "
                                     "and control groups of version 2 with memory";

bool possible(const ControlGroup &group) {
    return have_server() && group.there() && ::access(netswap_program, X_OK) == 0 &&
           ::access("/bin/netswapd", X_OK) == 0;
}

/// A server and an area on it; nothing of them is left when the test ends, however it ends.
class Area {
  public:
    explicit Area(const std::vector<std::string> &more = {}) : server_(LabServer::start()) {
        INFO((server_ ? "" : server_.error().message));
        REQUIRE(server_.has_value());
        up(more);
    }
    Area(const Area &) = delete;
    Area &operator=(const Area &) = delete;
    ~Area() { (void)netswap_does({"down", "t", "--force", "--if-up"}); }

    static void up(const std::vector<std::string> &more = {}) {
        std::vector<std::string> words{
            "up", "nbd://127.0.0.1:10810/", "--name", "t", "--reserve", "keep", "--guard", "never"};
        words.insert(words.end(), more.begin(), more.end());
        const auto came = netswap_does(words);
        INFO(came.text);
        REQUIRE(came.code == exit_ok);
    }
    void signal_server(int number) const { REQUIRE(::kill(server_->pid(), number) == 0); }

  private:
    Result<LabServer> server_;
};

bool is_swap() {
    return swap_is_on(device);
}

/// The modules, where this kernel has them: they keep accounts.
class Accounts {
  public:
    Accounts() {
        if (!complete())
            return;
        modules_.emplace();
        marked_before_ = marked();
    }
    void check_nothing_is_left() const {
        CHECK_FALSE(is_swap());
        if (!modules_)
            return; // mainline does not count a mark out with its socket
        CHECK(comes_true([&] { return marked() <= marked_before_; }));
        NetlinkCounters counters;
        const auto done = drain_reserve(
            counters, [] { ::usleep(100'000); }, 50);
        INFO((done ? "" : done.error().message));
        CHECK(done.has_value());
    }

  private:
    static int marked() { return std::atoi(reserve("marked_sockets").c_str()); }

    std::optional<AllLoaded> modules_;
    int marked_before_ = 0; ///< by cases without modules, for ever
};

std::string status() {
    return netswap_does({"status", "--interval", "0"}).text;
}

void disconnect() {
    const auto said = run_client({"-d", device});
    INFO((said ? "" : said.error().message));
    REQUIRE(said.has_value());
}

} // namespace

TEST_CASE("the removal of an area's device is told, and the area can be taken down") {
    const ControlGroup group;
    if (!possible(group))
        return skip(not_possible);
    const Accounts accounts;
    for (const auto *force : {"", "--force"}) {
        const Area area;
        const SwappedPages lost(group), partly(group);
        constexpr auto half = SwappedPages::count / 2;
        lost.page_out();
        partly.page_out();
        CHECK(partly.wrong(0, half) == 0);

        disconnect();
        CHECK(died_of_sigbus(read_elsewhere(lost)));
        CHECK(partly.wrong(0, half) == 0);
        CHECK(comes_true([] { return status().find("PROBLEM") != std::string::npos; }));
        const auto said = status();
        INFO(said);
        CHECK(said.find("/dev/nbd0 was disconnected by somebody else") != std::string::npos);

        std::vector<std::string> words{"down", "t"};
        if (*force != '\0')
            words.emplace_back(force);
        const auto down = netswap_does(words);
        INFO(down.text);
        CHECK(down.code == exit_ok);
        CHECK(down.says("/dev/nbd0 had been disconnected by somebody else"));
        accounts.check_nothing_is_left();
        CHECK(partly.wrong(0, half) == 0);
        CHECK(died_of_sigbus(read_elsewhere(lost)));

        Area::up();
        const SwappedPages pages(group);
        pages.page_out();
        CHECK(read_elsewhere(pages).ok());
        CHECK(netswap_does({"down", "t"}).code == exit_ok);
        accounts.check_nothing_is_left();
    }
}

TEST_CASE("the removal of the device of an area without a keeper leaves what can be taken down") {
    const ControlGroup group;
    if (!possible(group))
        return skip(not_possible);
    const Accounts accounts;
    const Area area({"--no-daemon"});
    const SwappedPages lost(group);
    lost.page_out();
    disconnect();
    CHECK(died_of_sigbus(read_elsewhere(lost)));
    const auto said = status();
    INFO(said);
    CHECK(said.find("was disconnected by somebody else") != std::string::npos);
    CHECK(said.find("no daemon is running") == std::string::npos);
    // One that is started afterwards knows it at once.
    CHECK(run_command({"/bin/netswapd", "t", "--detach"}).code == exit_ok);
    CHECK(comes_true(
        [] { return status().find("was disconnected by somebody else") != std::string::npos; }));
    const auto down = netswap_does({"down", "t", "--force"});
    INFO(down.text);
    CHECK(down.code == exit_ok);
    accounts.check_nothing_is_left();
}

TEST_CASE("removal is not what a lost server is: its pages come back with it") {
    const ControlGroup group;
    if (!possible(group))
        return skip(not_possible);
    const Accounts accounts;
    {
        const Area area({"--timeout", "2", "--dead-conn-timeout", "2"});
        const Sysctl only_the_page("vm/page-cluster", "0");
        const SwappedPages wanted(group), others(group);
        wanted.page_out();
        others.page_out();
        area.signal_server(SIGSTOP);
        CHECK(died_of_sigbus(read_elsewhere(wanted)));
        CHECK(comes_true([] { return status().find("0 of 1") != std::string::npos; }));
        area.signal_server(SIGCONT);
        CHECK(comes_true([] { return status().find("1 of 1") != std::string::npos; }));
        CHECK(read_elsewhere(others).ok());
        // What could not be read stays so in the swap cache, until reclaim takes it.
        CHECK(died_of_sigbus(read_elsewhere(wanted)));
        (void)group.reclaim(SwappedPages::bytes);
        CHECK(read_elsewhere(wanted).ok());
        CHECK(netswap_does({"down", "t"}).code == exit_ok);
    }
    accounts.check_nothing_is_left();
}
