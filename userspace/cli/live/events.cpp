// SPDX-License-Identifier: GPL-2.0
#include <memory>

#include <fmt/format.h>

#include "cli/live_commands.h"
#include "live/view/event_feed.h"

namespace netswap::cli {

namespace {

struct Options {
    bool json = false;
    std::uint64_t count = 0; ///< 0: for ever
};

int run(const Options &options) {
    auto feed = live::NetlinkFeed::open();
    if (!feed)
        return complain(feed.error());
    for (const auto &note : (*feed)->missing())
        fmt::print(stderr, "netswap: {}\n", note);
    const auto print = [](const std::string &line) {
        fmt::print("{}\n", line);
        return std::fflush(stdout) == 0;
    };
    if (auto ok = live::follow_events(**feed, options.json, options.count, print); !ok)
        return complain(ok.error());
    return exit_ok;
}

} // namespace

void add_events(CLI::App &app, int &exit_code) {
    auto *command = app.add_subcommand(
        "events", "follow what the kernel tells, one line each: marks, throttling, drops, lost "
                  "connections, network links; Ctrl-C ends it");
    auto options = std::make_shared<Options>();
    command->add_flag("--json", options->json, "print an object of JSON a line");
    command->add_option("--count", options->count, "end after so many events")
        ->check(CLI::PositiveNumber);
    command->callback([&exit_code, options] { exit_code = run(*options); });
}

} // namespace netswap::cli
