// SPDX-License-Identifier: GPL-2.0
// netswapd: keeps one swap area connected while memory is gone.
#include <cstdio>
#include <cstdlib>

#include <fmt/format.h>

#include "daemon/detach.h"
#include "daemon/heap_count.h"
#include "daemon/options.h"
#include "daemon/page_file.h"
#include "daemon/protect.h"
#include "keeper/keeper.h"
#include "keeper/real_world.h"
#include "lib/error_line.h"
#include "lib/text.h"
#include "live/area_state.h"

using namespace netswap;

namespace {

std::uint64_t watchdog_ns() {
    const char *text = ::secure_getenv("WATCHDOG_USEC");
    const auto usec = parse_number(text != nullptr ? text : "").value_or(0);
    return usec > 0 ? static_cast<std::uint64_t>(usec) * 1000 : 0;
}

keeper::Area describe(const live::AreaState &state) {
    keeper::Area area;
    state.name.copy(area.name.data(), area.name.size() - 1);
    area.conns = state.conns;
    area.bytes = state.device_bytes;
    area.server_flags = state.server_flags;
    area.persist = state.persist;
    area.tcp = state.addresses.front().family != AF_UNIX;
    area.watchdog_ns = watchdog_ns();
    return area;
}

keeper::Reporter::Target words_go_to(const DaemonOptions &options) {
    if (::secure_getenv("JOURNAL_STREAM") != nullptr)
        return keeper::Reporter::Target::journal;
    return options.detach ? keeper::Reporter::Target::kernel_log
                          : keeper::Reporter::Target::standard_error;
}

Result<int> keep(const DaemonOptions &options, Detached &detached) {
    const live::Paths paths(options.root);
    // First of all: it may be started while memory is gone.
    const auto protection = protect_self(paths);
    auto netswap = keeper::netswap_client();
    const bool granted = netswap && netswap->netswap_grant(true) == 0;

    const auto state = live::read_area_state(paths, options.area);
    if (!state)
        return tl::unexpected(state.error());
    if (!live::can_be_kept(*state))
        return fail(fmt::format("nothing to keep: nbd-client connected area '{}', and the kernel "
                                "takes no new connection for it",
                                options.area),
                    exit_bad_input);
    auto file = PageFile::open(paths, options.area);
    if (!file)
        return tl::unexpected(file.error());
    auto &page = file->page();
    page.state = live::KeeperState::starting;
    page.heartbeat_ns = keeper::now_ns();
    keeper::Reporter reporter(words_go_to(options), options.area.c_str());
    auto world = keeper::RealWorld::open(*state, paths, reporter, std::move(netswap));
    if (!world)
        return tl::unexpected(world.error());

    for (const auto &miss : protection.missing)
        reporter.log(keeper::Level::warning,
                     fmt::format("not protected ({}); start it as root", miss).c_str());
    page.locked = protection.locked;
    page.grant = granted                 ? live::KeeperGrant::reserve
                 : protection.io_flusher ? live::KeeperGrant::io_flusher
                                         : live::KeeperGrant::none;
    page.started_ns = keeper::now_ns();
    page.heap_calls = 0;
    const auto area = describe(*state);
    keeper::Keeper keeper(*world, area, page);
    detached.ready();
    heap_count::arm(&page.heap_calls);
    const auto ended = keeper.run();
    heap_count::arm(nullptr);
    reporter.notify("STOPPING=1");
    reporter.log(keeper::Level::info, ended == keeper::Ended::stopped
                                          ? "ended; the area stays up without a keeper"
                                          : "the area is gone; nothing left to keep");
    return static_cast<int>(exit_ok);
}

} // namespace

int main(int argc, char **argv) {
    const auto options = parse_daemon_options(argc, argv);
    const auto complain = [](const Error &error) {
        fmt::print(stderr, "{}", error_line("netswapd", error));
        return error.code;
    };
    if (!options)
        return complain(options.error());
    if (options->help || options->version) {
        fmt::print("{}", options->help ? daemon_usage : "netswapd " NETSWAP_VERSION "\n");
        return exit_ok;
    }
    Detached detached;
    if (options->detach) {
        const auto starter = Detached::start(detached);
        if (!starter)
            return complain(starter.error());
        if (*starter)
            return **starter;
    }
    const auto done = keep(*options, detached);
    if (done)
        return *done;
    const int code = complain(done.error());
    detached.failed(code);
    return code;
}
