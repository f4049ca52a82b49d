// SPDX-License-Identifier: GPL-2.0
#include <cstdint>
#include <memory>

#include <fmt/format.h>

#include "cli/live_commands.h"
#include "live/marks.h"

namespace netswap::cli {

namespace {

int run(std::uint32_t id) {
    const auto marks = live::KernelMarks::open();
    if (!marks)
        return complain(marks.error());
    if (const auto done = (*marks)->unmark(id); !done)
        return complain(with_context(done.error(), fmt::format("mark {}", id)).value());
    return exit_ok;
}

} // namespace

void add_unmark(CLI::App &app, int &exit_code) {
    auto *command = app.add_subcommand("unmark", "take a mark back that netswap mark has made");
    auto id = std::make_shared<std::uint32_t>(0);
    command->add_option("ID", *id, "number of the mark (netswap sockets lists them)")->required();
    command->callback([&exit_code, id] { exit_code = run(*id); });
}

} // namespace netswap::cli
