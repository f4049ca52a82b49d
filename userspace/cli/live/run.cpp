// SPDX-License-Identifier: GPL-2.0
// netswap run: a server on this host, started so that swap may depend on it.
#include <memory>

#include <fmt/format.h>
#include <sys/mman.h>
#include <sys/wait.h>

#include "cli/live_commands.h"
#include "live/server_process.h"
#include "live/server_shield.h"

namespace netswap::cli {

namespace {

using namespace netswap::live;

constexpr int settle_ms = 1000;

struct Options {
    std::vector<std::string> command;
    bool keep_fds = false;
    bool best_effort = false;
};

void say(const std::string &line) {
    fmt::print(stderr, "netswap run: {}\n", line);
}

void verify(const Paths &paths, const Shield &shield, int pid, std::uint64_t flags) {
    for (const int each : shielded_processes(paths, shield, pid))
        if (const auto audit = audit_process(paths, each))
            if (const auto gaps = shield_gaps(*audit, flags); !gaps.empty())
                say("not protected: " + gaps);
}

int run(const Options &options) {
    const Paths paths;
    const auto flags = learn_flusher_flags();
    ServerStart start;
    start.argv = options.command;
    start.keep_fds = options.keep_fds;
    ShieldCalls calls;
    const auto shield = raise_shield(paths, calls);
    start.lock = shield.may_lock;
    start.must_lock = shield.must_lock && !options.best_effort;
    for (const auto &line : shield.missing)
        say(line);
    if (!shield.missing.empty() && !options.best_effort) {
        release_shield(paths, shield);
        return complain({start.argv.front() + " is not started without its protection; "
                                              "--best-effort starts it all the same",
                         exit_host});
    }
    if (!shield.cgroup.empty())
        start.cgroup_procs = paths.root(shield.cgroup) + "/cgroup.procs";
    auto server = ServerProcess::start(start);
    if (!server) {
        release_shield(paths, shield);
        return complain(server.error());
    }
    if (server->lock_error() != 0)
        say(errno_error("memory is not locked", server->lock_error()).message);
    // We forward the signal that ends the server: not from swap that it serves.
    if (::mlockall(MCL_CURRENT | MCL_FUTURE) != 0)
        say("netswap run itself is not locked in memory");
    bool looked = false;
    const int status = server->wait(settle_ms, [&] {
        looked = true;
        verify(paths, shield, server->pid(), flags);
    });
    if (!looked && WIFEXITED(status) && WEXITSTATUS(status) == 0 && shield.cgroup_is_ours &&
        !shielded_processes(paths, shield, server->pid()).empty()) {
        say("the server has gone to the background; it stays protected, but its end is not seen "
            "(nbdkit -f and nbd-server -d stay in the foreground)");
        verify(paths, shield, server->pid(), flags);
    }
    release_shield(paths, shield);
    return exit_code_of(status);
}

} // namespace

void add_run(CLI::App &app, int &exit_code) {
    auto *command = app.add_subcommand(
        "run", "start an NBD server on this host so that swap may depend on it: IO_FLUSHER, "
               "memory locked and out of swap, OOM score -1000; its exit code is passed on");
    auto options = std::make_shared<Options>();
    command->add_flag("--keep-fds", options->keep_fds,
                      "leave open descriptors open, for socket activation");
    command->add_flag("--best-effort", options->best_effort,
                      "start it even if a protection is not to be had");
    command->add_option("command", options->command, "after --: the server and its arguments")
        ->required()
        ->option_text("-- CMD ARGS...");
    command->positionals_at_end();
    command->callback([&exit_code, options] { exit_code = run(*options); });
}

} // namespace netswap::cli
