// SPDX-License-Identifier: GPL-2.0
#include <cstdio>
#include <map>
#include <memory>

#include <fmt/format.h>
#include <unistd.h>

#include "cli/live_commands.h"
#include "live/area_lock.h"
#include "live/area_settings.h"
#include "live/bring_up.h"
#include "live/clear_way.h"
#include "live/config_file.h"
#include "live/end_signals.h"
#include "live/nbd_uri.h"
#include "live/real_machine.h"

namespace netswap::cli {

namespace {

using namespace live;

struct Options {
    std::string what;
    std::string name;
    const CLI::Option *name_flag = nullptr;
    std::map<std::string, std::string> settings;
    std::map<std::string, const CLI::Option *> setting_flags;
    bool force = false;
    bool no_daemon = false;
    bool if_down = false;
    bool quiet = false;
};

/// Nobody may be reading. That is no reason to stop half-way, or to fail when all is done.
void tell(std::FILE *where, const std::string &text) {
    std::fputs(text.c_str(), where);
    std::fflush(where);
}

/// The area of the command line: a URI with flags, or a name of the configuration with flags
/// that take precedence.
Result<AreaSpec> find_area(const Options &options, const Paths &paths) {
    AreaSpec area;
    const bool named = options.name_flag->count() > 0;
    if (options.what.find(':') == std::string::npos) {
        if (named && options.name != options.what)
            return fail(
                fmt::format("--name goes with a URI; '{}' has its name already", options.what),
                exit_bad_input);
        // Another area that is wrong does not keep this one down.
        const auto loaded = load_config(paths);
        const auto found = loaded.config.areas.find(options.what);
        const bool there = found != loaded.config.areas.end();
        if (!loaded.errors.empty() && (!there || loaded.broken.count(options.what) != 0))
            return tl::unexpected(loaded.errors.front());
        if (!there)
            return fail(fmt::format("{} has no [area.{}]; give a URI like nbd://server/export",
                                    paths.etc("netswap.toml"), options.what),
                        exit_bad_input);
        // What cannot be read may have been meant for this one.
        for (const auto &error : loaded.errors)
            tell(stderr, fmt::format("netswap: warning: {}\n", error.message));
        area = found->second.spec;
    } else {
        area.name = named ? options.name : "swap0";
        area.uri = options.what;
    }
    for (const auto &[name, flag] : options.setting_flags)
        if (flag->count() > 0) // with nothing behind it, too: that is wrong, not left out
            if (auto ok = set_area(area, name, options.settings.at(name)); !ok)
                return fail("--" + ok.error().message, exit_bad_input);
    area.force = area.force || options.force;
    if (auto ok = complete_area(area); !ok)
        return tl::unexpected(ok.error());
    return area;
}

void report(const UpReport &up, bool keeper) {
    const auto &state = up.state;
    auto text =
        fmt::format("{}: {}, {:.1f} MiB over {} connection{}, priority {}{}\n", state.name,
                    state.device, static_cast<double>(state.swap_bytes) / (1 << 20), state.conns,
                    state.conns == 1 ? "" : "s", state.prio, keeper ? ", kept by netswapd" : "");
    if (state.min_free_set_kb >= 0)
        text += fmt::format("  reserve: vm.min_free_kbytes {} -> {}\n", state.min_free_before_kb,
                            state.min_free_set_kb);
    if (state.reserve_tree)
        text += "  reserve: kept by the kernel's reservation tree, see netswap reserve\n";
    for (const auto &protection : up.protections)
        text += fmt::format("  {}\n", protection);
    tell(stdout, text);
    for (const auto &warning : up.warnings)
        tell(stderr, fmt::format("netswap: warning: {}\n", warning));
}

Result<int> up(const Options &options, Negotiator &negotiator) {
    const Paths paths;
    auto area = find_area(options, paths);
    if (!area)
        return tl::unexpected(area.error());
    RealMachine machine(paths);
    if (auto ok = machine.check_privilege(); !ok)
        return tl::unexpected(ok.error());
    const auto lock = lock_area(paths, area->name);
    if (!lock)
        return tl::unexpected(lock.error());
    const auto found = find_area_state(paths, area->name);
    if (!found)
        return tl::unexpected(found.error());
    const auto free = clear_way(machine, *found);
    if (!free)
        return with_context(free.error(), area->name);
    if (!*free && options.if_down)
        return static_cast<int>(exit_ok);
    if (!*free)
        return fail(fmt::format("area '{}' is up already (netswap down {} takes it down, --name "
                                "NAME makes another)",
                                area->name, area->name),
                    exit_bad_input);

    const auto uri = parse_nbd_uri(area->uri);
    const auto addresses = resolve_server(*uri);
    if (!addresses)
        return tl::unexpected(addresses.error());
    UpOptions how;
    how.keeper = !options.no_daemon;
    how.addresses = *addresses;
    how.export_name = uri->export_name;
    const EndSignals signals;
    how.interrupted = EndSignals::came;
    const bool talk = !options.quiet;
    const auto done = bring_up(machine, negotiator, *area, how, [&](const std::string &text) {
        if (talk)
            tell(stderr, fmt::format("netswap: {}: {}\n", area->name, text));
    });
    if (!done)
        return with_context(done.error(), area->name);
    report(*done, how.keeper && area->via == Via::netlink);
    return static_cast<int>(exit_ok);
}

} // namespace

void add_up(CLI::App &app, int &exit_code, Negotiator &negotiator) {
    auto options = std::make_shared<Options>();
    auto *command = app.add_subcommand("up", "bring network swap up: connect, mark, size the "
                                             "reserve, swapon, keep connected");
    command
        ->add_option("area", options->what,
                     "nbd://HOST[:PORT]/EXPORT, nbd+unix:///EXPORT?socket=PATH, or the name of an "
                     "area of /etc/netswap/netswap.toml")
        ->required();
    options->name_flag =
        command->add_option("--name", options->name, "name of the area (default swap0)")
            ->type_name("NAME");
    for (const auto &setting : area_settings()) {
        const auto flag = "--" + std::string(setting.name);
        if (setting.name == "force")
            command->add_flag(flag, options->force, "overwrite what the export holds");
        else
            options->setting_flags[std::string(setting.name)] =
                command
                    ->add_option(flag, options->settings[std::string(setting.name)],
                                 std::string(setting.help))
                    ->type_name(std::string(setting.value));
    }
    command->add_flag("--no-daemon", options->no_daemon, "do not start netswapd");
    command->add_flag("--if-down", options->if_down, "succeed if the area is up already");
    command->add_flag("--quiet", options->quiet, "print no progress");
    command->callback([options, &exit_code, &negotiator] {
        const auto done = up(*options, negotiator);
        exit_code = done ? *done : complain(done.error());
    });
}

} // namespace netswap::cli
