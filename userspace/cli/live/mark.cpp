// SPDX-License-Identifier: GPL-2.0
#include <memory>

#include <fmt/format.h>

#include "cli/live_commands.h"
#include "live/marks.h"

namespace netswap::cli {

namespace {

struct Options {
    int pid = 0;
    int fd = -1;
};

int run(const Options &options) {
    const auto socket = live::fd_of_process(options.pid, options.fd);
    if (!socket)
        return complain(socket.error());
    const auto marks = live::KernelMarks::open();
    if (!marks)
        return complain(marks.error());
    const auto id = (*marks)->mark(socket->get());
    if (!id)
        return complain(with_context(id.error(), fmt::format("descriptor {} of process {}",
                                                             options.fd, options.pid))
                            .value());
    fmt::print("{}\n", *id);
    return exit_ok;
}

} // namespace

void add_mark(CLI::App &app, int &exit_code) {
    auto *command = app.add_subcommand(
        "mark", "let a socket that carries swap traffic use the reserve; prints the mark's ID");
    auto options = std::make_shared<Options>();
    command->add_option("--pid", options->pid, "process that has the socket open")
        ->required()
        ->check(CLI::PositiveNumber);
    command->add_option("--fd", options->fd, "number of its descriptor, as in /proc/PID/fd")
        ->required()
        ->check(CLI::NonNegativeNumber);
    command->callback([&exit_code, options] { exit_code = run(*options); });
}

} // namespace netswap::cli
