// SPDX-License-Identifier: GPL-2.0
#include "lib/nbd_service.h"

#include <cerrno>
#include <csignal>
#include <utility>

#include <fmt/format.h>
#include <sys/wait.h>
#include <unistd.h>

#include "lib/clock.h"

namespace netswap {

namespace {

constexpr double kill_limit_s = 5;
constexpr int start_tries = 5;
constexpr useconds_t pause_us = 20'000;

} // namespace

Result<NbdService> NbdService::start(const std::string &choice, NbdServerConfig config) {
    auto server = make_nbd_server(choice);
    if (!server)
        return tl::unexpected(server.error());
    if (config.keep && !(*server)->can_keep())
        return fail(fmt::format("NBD server {} does not keep what was written over a restart: use "
                                "nbdkit or nbd-server",
                                (*server)->name()),
                    exit_bad_input);
    auto child = start_nbd_server(**server, config);
    if (!child)
        return tl::unexpected(child.error());
    return NbdService(std::move(*server), std::move(config), std::move(*child));
}

Status NbdService::kill() {
    // nbd-server has a process for each client, which would go on serving.
    const auto group = ::getpgid(process_.pid());
    if (group > 1 && group != ::getpgrp())
        ::kill(-group, SIGKILL);
    process_.stop(0);
    const SystemClock clock;
    const double end = clock.now() + kill_limit_s;
    while (group > 1 && group != ::getpgrp() && ::kill(-group, 0) == 0) {
        // They have become our children: collect_orphans().
        while (::waitpid(-group, nullptr, WNOHANG) > 0) {
        }
        if (clock.now() >= end)
            return fail(fmt::format("NBD server {} does not die of SIGKILL", server_->name()));
        ::usleep(pause_us);
    }
    return {};
}

Status NbdService::restart() {
    for (int tries = 1;; tries++) {
        auto child = start_nbd_server(*server_, config_);
        if (child) {
            process_ = std::move(*child);
            return {};
        }
        if (tries == start_tries)
            return with_context(child.error(), fmt::format("start {} after a kill", tries));
        ::usleep(pause_us);
    }
}

} // namespace netswap
