// SPDX-License-Identifier: GPL-2.0
#include <algorithm>
#include <memory>

#include <fmt/format.h>
#include <unistd.h>

#include "cli/live_commands.h"
#include "lib/text.h"
#include "live/held_area.h"
#include "live/real_machine.h"
#include "live/take_down.h"

namespace netswap::cli {

namespace {

using namespace live;

struct Options {
    std::string name;
    bool force = false;
    bool if_up = false;
    bool wait = false;
};

/// On a terminal one line that changes, elsewhere a line each time a tenth is done.
class Teller {
  public:
    explicit Teller(std::string name)
        : name_(std::move(name)), terminal_(::isatty(STDERR_FILENO)) {}

    void tell(std::uint64_t left) {
        if (first_ == 0)
            first_ = left;
        if (terminal_) {
            fmt::print(stderr, "\r\033[Knetswap: {}: {} MiB to bring back", name_, left >> 20);
            drawn_ = true;
        } else if (left + first_ / 10 <= told_ || told_ == 0) {
            fmt::print(stderr, "netswap: {}: {} MiB to bring back\n", name_, left >> 20);
            told_ = left;
        }
        std::fflush(stderr);
    }
    void finish() {
        if (drawn_)
            fmt::print(stderr, "\r\033[K");
    }

  private:
    std::string name_;
    bool terminal_;
    bool drawn_ = false;
    std::uint64_t first_ = 0;
    std::uint64_t told_ = 0;
};

Result<std::string> choose(const Options &options, const std::vector<std::string> &names) {
    if (!options.name.empty())
        return options.name;
    if (names.size() == 1)
        return names.front();
    if (names.empty())
        return fail("nothing is up", exit_bad_input);
    return fail(fmt::format("which one? up are {}", join(names, ", ")), exit_bad_input);
}

Result<int> down(const Options &options) {
    const Paths paths;
    const auto names = known_areas(paths);
    const auto name = choose(options, names);
    if (!name)
        return tl::unexpected(name.error());
    RealMachine machine(paths);
    const auto tell_why = [&](const std::string &why) {
        fmt::print(stderr, "netswap: {}: waiting: {}\n", *name, why);
    };
    std::function<void()> waits;
    if (options.wait)
        waits = [&] { tell_why("another netswap works on it"); };
    const bool there = std::find(names.begin(), names.end(), *name) != names.end();
    if (auto ok = machine.check_privilege(); there && !ok)
        return tl::unexpected(ok.error());
    const auto area = hold_area(paths, *name, waits);
    if (!area)
        return tl::unexpected(area.error());
    if (!*area && options.if_up)
        return static_cast<int>(exit_ok);
    if (!*area)
        return fail(fmt::format("no swap area '{}' is up (netswap status lists them)", *name),
                    exit_bad_input);
    Teller teller(*name);
    const auto done = take_down(
        machine, (*area)->state, {.force = options.force, .wait = options.wait},
        [&](std::uint64_t left) { teller.tell(left); }, tell_why);
    teller.finish();
    if (!done)
        return with_context(done.error(), *name);
    for (const auto &warning : done->warnings)
        fmt::print(stderr, "netswap: warning: {}\n", warning);
    if (done->removed)
        fmt::print("{}: down; its device had been disconnected\n", *name);
    else
        fmt::print("{}: down, {} MiB brought back\n", *name, done->brought_back >> 20);
    return static_cast<int>(exit_ok);
}

} // namespace

void add_down(CLI::App &app, int &exit_code) {
    auto options = std::make_shared<Options>();
    auto *command = app.add_subcommand("down", "take network swap down: bring all pages back, "
                                               "disconnect, undo what `up` changed");
    command->add_option("area", options->name, "its name; may be left out if only one is up");
    command->add_flag("--force", options->force, "even if the pages would not fit into memory");
    command->add_flag("--wait", options->wait,
                      "wait until the pages fit, as programs end, and for another "
                      "netswap that works on the area");
    command->add_flag("--if-up", options->if_up, "succeed if the area is not up");
    command->callback([options, &exit_code] {
        const auto done = down(*options);
        exit_code = done ? *done : complain(done.error());
    });
}

} // namespace netswap::cli
