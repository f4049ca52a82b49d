// SPDX-License-Identifier: GPL-2.0
// The commands about marks, as a user types them.
#include "marks_client.h"
#include "netswap_command.h"
#include "skip.h"

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>
#include <sys/socket.h>

using namespace netswap;
using namespace netswap::guest;

TEST_CASE("the commands mark, list and unmark a socket of another process") {
    if (::access(netswap_program, X_OK) != 0)
        return skip("needs netswap in the image");
    if (!complete() && !stock_with_marks())
        return skip("needs the hooked kernel and its modules, or netswap_mark");
    const Fd socket(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
    const auto pid = std::to_string(::getpid()), fd = std::to_string(socket.get());
    const std::vector<std::string> mark{"mark", "--pid", pid, "--fd", fd};

    const auto without = netswap_does(mark);
    CHECK(without.code == exit_host);
    CHECK(without.text.find(hooked() ? "modprobe -a netswap sock_memalloc"
                                     : "modprobe netswap_mark") != std::string::npos);

    std::optional<Loaded> first, second;
    first.emplace(hooked() ? std::string(core_module) : stock_module);
    if (hooked())
        second.emplace("sock_memalloc");
    const auto marked = netswap_does(mark);
    INFO(marked.text);
    REQUIRE(marked.code == exit_ok);
    const auto twice = netswap_does(mark);
    CHECK(twice.code == exit_failed);
    CHECK(twice.text.find("marked already") != std::string::npos);

    const auto listed = netswap_does({"sockets", "--json"});
    INFO(listed.text);
    REQUIRE(listed.code == exit_ok);
    const auto json = nlohmann::json::parse(listed.text, nullptr, false);
    REQUIRE(json.is_object());
    REQUIRE(json["sockets"].size() == 1);
    CHECK(json["sockets"][0]["pid"] == ::getpid());
    CHECK(json["sockets"][0]["by"] == "user");
    CHECK(json["kernel"] == (hooked() ? "hooked" : "stock"));

    const auto id = std::to_string(json["sockets"][0]["id"].get<int>());
    CHECK(netswap_does({"unmark", id}).code == exit_ok);
    const auto again = netswap_does({"unmark", id});
    CHECK(again.code == exit_bad_input);
    CHECK(again.text == "netswap: mark " + id + ": no such mark\n");
    CHECK(netswap_does({"mark", "--pid", pid, "--fd", "999"}).code == exit_bad_input);
}
