// SPDX-License-Identifier: GPL-2.0
// netswap up, status and down as a user types them, with a server in this guest.
#include "guest/sysfile.h"
#include "lab_kernel.h"
#include "live/keeper_control.h"
#include "nbd_lab.h"
#include "netswap_command.h"
#include "skip.h"
#include "up_lab.h"

#include <algorithm>
#include <catch2/catch.hpp>
#include <csignal>
#include <fcntl.h>
#include <filesystem>
#include <fstream>
#include <sys/swap.h>

using namespace netswap;
using namespace netswap::guest;

namespace {

const live::Paths paths;

void damage_the_export() {
    const auto said = run_client({LabServer::address, LabServer::port, "/dev/nbd1", "-b", "4096"});
    REQUIRE(said.has_value());
    REQUIRE(readable_within("/dev/nbd1", 10));
    {
        const Fd device(::open("/dev/nbd1", O_WRONLY | O_CLOEXEC));
        const std::string text(4096, 'x');
        REQUIRE(::pwrite(device.get(), text.data(), text.size(), 0) == 4096);
        REQUIRE(::fsync(device.get()) == 0);
    }
    clear_client();
}

} // namespace

TEST_CASE("an area comes up, is watched and goes down") {
    if (!possible())
        return skip(not_possible);
    const Lab lab;
    const auto came = up({"--conns", "2", "--prio", "7"});
    INFO(came.text);
    REQUIRE(came.code == exit_ok);
    CHECK(came.says("over 2 connections, priority 7, kept by netswapd"));
    CHECK(is_swap());

    const auto status = netswap_does({"status", "t", "--interval", "0"});
    INFO(status.text);
    CHECK(status.code == exit_ok);
    CHECK(status.says("2 of 2"));

    const auto again = up({});
    CHECK(again.code == exit_bad_input);
    CHECK(again.says("is up already"));
    CHECK(up({"--if-down"}).code == exit_ok);

    const auto down = netswap_does({"down", "t"});
    INFO(down.text);
    CHECK(down.code == exit_ok);
    CHECK_FALSE(is_swap());
    CHECK_FALSE(std::filesystem::exists("/run/netswap/t.json"));
    CHECK_FALSE(live::keeper_pid(paths, "t"));
    const auto nothing = netswap_does({"down", "t"});
    CHECK(nothing.code == exit_bad_input);
    CHECK(nothing.says("no swap area 't' is up"));
}

TEST_CASE("an export that is an area already is refused, and nothing changes") {
    if (!possible())
        return skip(not_possible);
    const Lab lab;
    REQUIRE(up({}).code == exit_ok);
    const auto before = read_text("/proc/swaps").value_or("");
    const auto second = netswap_does({"up", uri, "--name", "u", "--reserve", "keep"});
    INFO(second.text);
    CHECK(second.code == exit_bad_input);
    CHECK(second.says("export '' is area 't' already; netswap down t first"));
    CHECK(std::count(second.text.begin(), second.text.end(), '\n') == 1);
    CHECK(read_text("/proc/swaps").value_or("") == before);
    CHECK_FALSE(std::filesystem::exists("/sys/block/nbd1/pid"));
    CHECK_FALSE(std::filesystem::exists("/run/netswap/u.part"));
    CHECK(netswap_does({"status", "t", "--interval", "0"}).code == exit_ok);
}

TEST_CASE("an export that is an area under another address is refused by its swap header") {
    if (!possible())
        return skip(not_possible);
    const Lab lab;
    REQUIRE(up({}).code == exit_ok);
    const std::vector<std::string> words{
        "up", "nbd://127.0.0.2:10810/", "--name", "u", "--reserve", "keep", "--force"};
    const auto second = netswap_does(words);
    INFO(second.text);
    CHECK(second.code == exit_bad_input);
    CHECK(second.says("export '' is area 't' already, under another address, as its swap header "
                      "says; netswap down t first"));
    CHECK_FALSE(std::filesystem::exists("/sys/block/nbd1/pid"));
    CHECK_FALSE(std::filesystem::exists("/run/netswap/u.part"));
    REQUIRE(netswap_does({"down", "t"}).code == exit_ok);
    CHECK(netswap_does(words).code == exit_ok);
    CHECK(netswap_does({"down", "u"}).code == exit_ok);
}

TEST_CASE("an area that nbd-client connects has no keeper, and comes down") {
    if (!possible())
        return skip(not_possible);
    const Lab lab;
    const auto first = up({"--via", "nbd-client"});
    INFO(first.text);
    REQUIRE(first.code == exit_ok);
    CHECK(first.says("nobody reconnects"));
    CHECK(is_swap());
    CHECK_FALSE(std::filesystem::exists("/run/netswap/t.live")); // what netswapd@.service asks for
    const auto keeper = run_command({"/bin/netswapd", "t"});
    INFO(keeper.text);
    CHECK(keeper.code == exit_bad_input);
    CHECK(keeper.says("nothing to keep: nbd-client connected area 't'"));
    CHECK(netswap_does({"status", "t", "--interval", "0"}).says("nobody can reconnect"));
    const auto down = netswap_does({"down", "t"});
    INFO(down.text);
    CHECK(down.code == exit_ok);
    CHECK_FALSE(is_swap());
    CHECK_FALSE(std::filesystem::exists("/sys/block/nbd0/pid"));
    CHECK_FALSE(std::filesystem::exists("/run/netswap/t.json"));
}

TEST_CASE("a keeper that is killed is missed, and the next one takes over") {
    if (!possible())
        return skip(not_possible);
    const Lab lab;
    REQUIRE(up({}).code == exit_ok);
    const auto first = live::keeper_pid(paths, "t");
    REQUIRE(first);
    const auto second = run_command({"/bin/netswapd", "t"});
    CHECK(second.code == exit_bad_input);
    CHECK(second.says("another netswapd keeps this area"));

    ::kill(*first, SIGKILL);
    REQUIRE(soon([] { return !live::keeper_pid(paths, "t"); }));
    const auto missed = netswap_does({"status", "--interval", "0"});
    INFO(missed.text);
    CHECK(missed.code == exit_failed);
    CHECK(missed.says("PROBLEM"));
    CHECK(is_swap());

    REQUIRE(run_command({"/bin/netswapd", "t", "--detach"}).code == exit_ok);
    CHECK(live::keeper_pid(paths, "t"));
    CHECK(netswap_does({"status", "--interval", "0"}).code == exit_ok);
    CHECK(netswap_does({"down"}).code == exit_ok);
}

TEST_CASE("a server that comes back is found again") {
    if (!possible())
        return skip(not_possible);
    Lab lab(lab_disk);
    REQUIRE(up({"--timeout", "3"}).code == exit_ok);
    lab.server.reset();
    CHECK(soon([] { return netswap_does({"status", "--interval", "0"}).says("0 of 1"); }));
    lab.start();
    CHECK(soon([] { return netswap_does({"status", "--interval", "0"}).says("1 of 1"); }));
    CHECK(readable_within("/dev/nbd0", 10));
}

TEST_CASE("a server that comes back without the area's pages is not taken") {
    if (!possible())
        return skip(not_possible);
    Lab lab; // its memory is empty when it starts again
    REQUIRE(up({"--timeout", "3"}).code == exit_ok);
    lab.server.reset();
    lab.start();
    CHECK(soon([] {
        const auto status = netswap_does({"status", "--interval", "0"});
        return status.says("0 of 1") && status.says("does not hold this area's swap");
    }));
}

TEST_CASE("a socket that the keeper marked is the kernel's as soon as nbd has it") {
    if (!possible() || !complete())
        return skip("needs the hooked kernel with its modules, nbdkit and netswap in the image");
    const AllLoaded modules;
    Lab lab(lab_disk);
    REQUIRE(up({"--timeout", "3"}).code == exit_ok);
    lab.server.reset();
    REQUIRE(soon([] { return netswap_does({"status", "--interval", "0"}).says("0 of 1"); }));
    lab.start();
    REQUIRE(soon([] { return netswap_does({"status", "--interval", "0"}).says("1 of 1"); }));
    const auto list = netswap_does({"sockets"});
    INFO(list.text);
    CHECK(list.says(" kernel "));
    CHECK_FALSE(list.says(" user ")); // taken back when the module goes
    CHECK(netswap_does({"down", "t"}).code == exit_ok);
}

TEST_CASE("a loss on a UNIX socket while nobody kept the area is found") {
    if (!possible())
        return skip(not_possible);
    const std::string path = "/run/lab.sock";
    std::optional<LabServer> server;
    ::unlink(lab_disk);
    const auto start = [&] {
        auto started = LabServer::start_unix(path, lab_disk);
        INFO((started ? "" : started.error().message));
        REQUIRE(started.has_value());
        server.emplace(std::move(*started));
    };
    const auto said = [](std::string_view what) {
        return soon([&] { return netswap_does({"status", "--interval", "0"}).says(what); });
    };
    start();
    const auto came = netswap_does({"up", "nbd+unix:///?socket=" + path, "--name", "t", "--reserve",
                                    "keep", "--guard", "never"});
    INFO(came.text);
    REQUIRE(came.code == exit_ok);
    const auto first = live::keeper_pid(paths, "t");
    REQUIRE(first);
    ::kill(*first, SIGKILL);
    REQUIRE(soon([] { return !live::keeper_pid(paths, "t"); }));
    server.reset();

    REQUIRE(run_command({"/bin/netswapd", "t", "--detach"}).code == exit_ok);
    CHECK(said("0 of 1"));
    start();
    CHECK(said("1 of 1"));
    CHECK(readable_within("/dev/nbd0", 10));
    CHECK(netswap_does({"down", "t"}).code == exit_ok);
}

TEST_CASE("what is wrong is said in one line, and nothing is left behind") {
    if (!possible())
        return skip(not_possible);
    const auto refused = [](const Outcome &outcome, int code, std::string_view why) {
        INFO(outcome.text);
        CHECK(outcome.code == code);
        CHECK(outcome.says(why));
        CHECK(outcome.text.find("unexpected") == std::string::npos);
        CHECK_FALSE(is_swap());
        CHECK_FALSE(std::filesystem::exists("/run/netswap/t.json"));
    };
    refused(netswap_does({"up", "http://x"}), exit_bad_input, "not an NBD URI");
    refused(netswap_does({"up", "nbd://127.0.0.1:10810/", "--conns", "99"}), exit_bad_input,
            "--conns = '99': a number from 1 to 16");
    refused(up({}), exit_failed, "127.0.0.1:10810: Connection refused");
    refused(nobody_does({"up", uri}), exit_host, "not permitted: CAP_SYS_ADMIN");
    refused(netswap_does({"up", "swap9"}), exit_bad_input, "has no [area.swap9]");

    std::filesystem::create_directories("/etc/netswap");
    std::ofstream("/etc/netswap/netswap.toml") << "[area.t]\nuri = '" << uri << "'\nconns = 99\n";
    refused(netswap_does({"up", "t"}), exit_bad_input, "/etc/netswap/netswap.toml:3:9: conns");
    std::filesystem::remove("/etc/netswap/netswap.toml");

    const Lab lab;
    refused(up({"--size", "1G"}), exit_failed, "export '' has 16.0 MiB, swap needs 1024.0 MiB");
    damage_the_export();
    refused(up({}), exit_bad_input, "holds data of an unknown kind; --force overwrites it");
    CHECK(up({"--force"}).code == exit_ok);
}

TEST_CASE("an area whose device went away is told so and cleaned up") {
    if (!possible())
        return skip(not_possible);
    const Lab lab;
    REQUIRE(up({"--no-daemon"}).code == exit_ok);
    const auto daemonless = netswap_does({"status", "--interval", "0"});
    CHECK(daemonless.code == exit_failed);
    CHECK(daemonless.says("PROBLEM"));
    REQUIRE(::swapoff("/dev/nbd0") == 0);
    REQUIRE(run_client({"-d", "/dev/nbd0"}).has_value());
    const auto stale = netswap_does({"status", "--interval", "0"});
    INFO(stale.text);
    CHECK(stale.code == exit_failed);
    CHECK(stale.says("PROBLEM"));
    const auto alone = run_command({"/bin/netswapd", "t"});
    CHECK(alone.code != exit_ok);
    const auto down = netswap_does({"down", "t"});
    INFO(down.text);
    CHECK(down.code == exit_ok);
    CHECK_FALSE(std::filesystem::exists("/run/netswap/t.json"));
}
