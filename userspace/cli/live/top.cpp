// SPDX-License-Identifier: GPL-2.0
#include <chrono>
#include <memory>
#include <thread>

#include <fmt/format.h>
#include <unistd.h>

#include "cli/live_commands.h"
#include "live/view/terminal.h"
#include "live/view/this_machine.h"
#include "live/view/top_screen.h"

namespace netswap::cli {

namespace {

struct Options {
    std::string name;
    double interval_s = 1;
    std::uint64_t count = 0; ///< 0: until it is told to end
};

/// Takes a snapshot into the history. An area that goes away while it is watched is an error.
Status look(const live::Sources &sources, const Options &options, live::TopHistory &history) {
    auto snapshot = live::take_snapshot(sources, options.name);
    if (!snapshot)
        return tl::unexpected(snapshot.error());
    history.add(std::move(*snapshot));
    return {};
}

int print_lines(const live::Sources &sources, const Options &options) {
    live::TopHistory history;
    for (std::uint64_t n = 1;; ++n) {
        if (auto ok = look(sources, options, history); !ok)
            return complain(ok.error());
        fmt::print("{}\n", live::top_line(history));
        std::fflush(stdout);
        if (n == options.count)
            return exit_ok;
        std::this_thread::sleep_for(std::chrono::duration<double>(options.interval_s));
    }
}

/// Draws until `q`, a signal or an error, with the terminal restored when it returns.
Status draw(const live::Sources &sources, const Options &options) {
    live::TopHistory history;
    if (auto ok = look(sources, options, history); !ok)
        return ok;
    auto terminal = live::Terminal::open(STDIN_FILENO, STDOUT_FILENO);
    if (!terminal)
        return tl::unexpected(terminal.error());
    const auto period = std::chrono::duration<double>(options.interval_s);
    for (std::uint64_t n = 1;; ++n) {
        const auto until = std::chrono::steady_clock::now() + period;
        while (true) {
            terminal->draw(live::top_screen(history, terminal->columns(), terminal->rows()));
            const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(
                                  until - std::chrono::steady_clock::now())
                                  .count();
            if (left <= 0)
                break;
            const auto happened = terminal->wait(static_cast<int>(left));
            if (happened == live::Terminal::Happened::quit)
                return {};
            if (happened == live::Terminal::Happened::timeout)
                break;
        }
        if (n == options.count)
            return {};
        if (auto ok = look(sources, options, history); !ok)
            return ok;
    }
}

int run(const Options &options) {
    const live::ThisMachine machine;
    const auto &sources = machine.sources();
    if (::isatty(STDOUT_FILENO) == 0)
        return print_lines(sources, options);
    if (auto ok = draw(sources, options); !ok)
        return complain(ok.error());
    return exit_ok;
}

} // namespace

void add_top(CLI::App &app, int &exit_code) {
    auto *command = app.add_subcommand(
        "top", "watch the swap areas and the reserve in the terminal; q or Ctrl-C quits; prints "
               "one line each time where the output is no terminal");
    auto options = std::make_shared<Options>();
    command->add_option("name", options->name, "area to watch; all without it");
    command->add_option("--interval", options->interval_s, "seconds from one picture to the next")
        ->check(CLI::Range(0.1, 3600.0))
        ->capture_default_str();
    command->add_option("--count", options->count, "end after so many pictures or lines")
        ->check(CLI::PositiveNumber);
    command->callback([&exit_code, options] { exit_code = run(*options); });
}

} // namespace netswap::cli
