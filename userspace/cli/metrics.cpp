// SPDX-License-Identifier: GPL-2.0
#include <csignal>
#include <memory>

#include <fmt/format.h>
#include <prometheus/text_serializer.h>
#include <sys/signalfd.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cli/commands.h"
#include "cli/live_commands.h"
#include "live/config_file.h"
#include "live/view/this_machine.h"
#include "metrics/families.h"
#include "metrics/http_server.h"
#include "metrics/listen_address.h"
#include "metrics/open_metrics.h"

namespace netswap::cli {

namespace {

struct Options {
    std::string listen;
    bool once = false;
};

Result<std::string> scrape(const live::Sources &sources, bool open_metrics) {
    const auto snapshot = live::take_snapshot(sources);
    if (!snapshot)
        return tl::unexpected(snapshot.error());
    const auto families = metrics::families(*snapshot);
    return open_metrics ? metrics::OpenMetricsSerializer().Serialize(families)
                        : prometheus::TextSerializer().Serialize(families);
}

Result<metrics::ListenAddress> choose_address(const Options &options, const live::Paths &paths) {
    if (!options.listen.empty())
        return metrics::parse_listen_address(options.listen);
    const auto config = live::read_config(paths);
    if (!config)
        return tl::unexpected(config.error());
    if (config->metrics_listen.empty())
        return fail("nowhere to listen: give --listen, or listen below [metrics] in " +
                        paths.etc("netswap.toml") + " (--once prints the metrics instead)",
                    exit_bad_input);
    return metrics::parse_listen_address(config->metrics_listen);
}

Status listen(const Options &options, const live::Sources &sources) {
    const auto address = choose_address(options, sources.paths);
    if (!address)
        return tl::unexpected(address.error());
    sigset_t set;
    sigemptyset(&set);
    sigaddset(&set, SIGINT);
    sigaddset(&set, SIGTERM);
    const Fd stop(::signalfd(-1, &set, SFD_CLOEXEC));
    if (!stop.valid() || ::sigprocmask(SIG_BLOCK, &set, nullptr) != 0)
        return tl::unexpected(errno_error("taking signals", errno));
    if (address->path.starts_with(sources.paths.run() + "/"))
        ::mkdir(sources.paths.run().c_str(), 0755); // before the first area; others must exist
    const auto listening = metrics::listen_at(*address);
    if (!listening)
        return tl::unexpected(listening.error());
    fmt::print(stderr, "netswap: metrics at {}, path /metrics\n", address->text);
    const auto ended = metrics::serve(listening->get(), stop.get(), [&](bool open_metrics) {
        return scrape(sources, open_metrics);
    });
    if (!address->path.empty())
        ::unlink(address->path.c_str());
    return ended;
}

int run(const Options &options) {
    const live::ThisMachine machine;
    const auto &sources = machine.sources();
    if (!options.once) {
        if (auto ok = listen(options, sources); !ok)
            return complain(ok.error());
        return exit_ok;
    }
    const auto text = scrape(sources, true);
    if (!text)
        return complain(text.error());
    fmt::print("{}", *text);
    return exit_ok;
}

} // namespace

void add_metrics(CLI::App &app, int &exit_code) {
    auto *command = app.add_subcommand(
        "metrics", "serve OpenMetrics about swap areas and reserve on a UNIX socket or a loopback "
                   "port, until it is told to end");
    auto options = std::make_shared<Options>();
    command->add_option("--listen", options->listen,
                        "unix:/PATH or 127.0.0.1:PORT; without it, listen below [metrics] in the "
                        "configuration");
    command->add_flag("--once", options->once, "print the metrics to the output and end");
    command->callback([&exit_code, options] { exit_code = run(*options); });
}

} // namespace netswap::cli
