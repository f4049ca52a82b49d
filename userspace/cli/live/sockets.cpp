// SPDX-License-Identifier: GPL-2.0
#include <memory>
#include <set>

#include <fmt/format.h>

#include "cli/live_commands.h"
#include "live/marks.h"
#include "live/socket_report.h"

namespace netswap::cli {

namespace {

Result<std::vector<live::MarkedSocket>> listed(bool hooked) {
    const auto marks = live::KernelMarks::open();
    if (marks)
        return (*marks)->list();
    // Without netswap_mark a kernel without hooks has no marks but its own.
    if (!hooked)
        return std::vector<live::MarkedSocket>{};
    return tl::unexpected(marks.error());
}

int run(bool json) {
    const live::Paths paths;
    const bool hooked = live::kernel_has_hooks(paths);
    const auto sockets = listed(hooked);
    if (!sockets)
        return complain(sockets.error());
    std::set<std::uint32_t> inodes;
    for (const auto &socket : *sockets)
        inodes.insert(socket.inode);
    const auto owners = live::socket_owners(paths, inodes);
    if (json) {
        fmt::print("{}", live::socket_json(*sockets, owners, hooked));
        return exit_ok;
    }
    if (!hooked)
        fmt::print(stderr, "netswap: this kernel marks nbd's, nfs's and iscsi's sockets by itself "
                           "and does not list them; here are the others\n");
    fmt::print("{}", live::socket_table(*sockets, owners));
    return exit_ok;
}

} // namespace

void add_sockets(CLI::App &app, int &exit_code) {
    auto *command = app.add_subcommand("sockets", "list the sockets that may use the reserve");
    auto json = std::make_shared<bool>(false);
    command->add_flag("--json", *json, "print JSON");
    command->callback([&exit_code, json] { exit_code = run(*json); });
}

} // namespace netswap::cli
