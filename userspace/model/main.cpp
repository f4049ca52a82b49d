// SPDX-License-Identifier: GPL-2.0
// netswap-model: the deadlock and its absence, from all interleavings of a small world.
#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include "model/table.h"

namespace {

int print(const netswap::Result<std::string> &text) {
    if (!text) {
        fmt::print(stderr, "netswap-model: {}\n", text.error().message);
        return text.error().code;
    }
    fmt::print("{}", *text);
    return netswap::exit_ok;
}

} // namespace

int main(int argc, char **argv) {
    using namespace netswap;
    CLI::App app(
        "Try every order of steps of swap over the network in a world of a few pages: which "
        "rules let it deadlock, by which shortest way, and with which it cannot.",
        "netswap-model");
    model::Sizes sizes;
    std::size_t limit = 20'000'000;
    std::string arm_name;
    app.add_option(
        "--trace", arm_name,
        "Print one arm's shortest way into the deadlock instead of the table of all arms");
    app.add_flag("--hostile", sizes.hostile, "With --trace: others send packets, too");
    app.add_flag("--loss", sizes.loss, "With --trace: packets that were sent may be lost");
    app.add_option("--ring", sizes.ring, "Buffers of the receive ring")
        ->check(CLI::Range(1, 4))
        ->capture_default_str();
    app.add_option("--cpus", sizes.cpus, "Packets that can be under way in the stack at a time")
        ->check(CLI::Range(1, 2))
        ->capture_default_str();
    app.add_option("--users", sizes.users, "Tasks in direct reclaim")
        ->check(CLI::Range(0, 3))
        ->capture_default_str();
    app.add_option("--limit", limit, "Give up at this number of states (40 bytes each)")
        ->capture_default_str();
    try {
        app.parse(argc, argv);
    } catch (const CLI::ParseError &error) {
        const auto code = app.exit(error);
        return code == 0 ? exit_ok : exit_bad_input;
    }
    if (arm_name.empty())
        return print(model::table(sizes, limit));
    const auto arm = model::arm_named(arm_name);
    return print(arm ? model::trace(*arm, sizes, limit) : tl::unexpected(arm.error()));
}
