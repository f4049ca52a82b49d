// SPDX-License-Identifier: GPL-2.0
#include <charconv>
#include <memory>
#include <optional>
#include <string>

#include <fmt/format.h>
#include <unistd.h>

#include "cli/live_commands.h"
#include "live/reserve_tree.h"

namespace netswap::cli {

namespace {

struct Options {
    bool json = false;
    std::string set;     ///< GROUP=PAGES or GROUP=auto
    std::string hold;    ///< group
    std::string release; ///< group
};

struct Setting {
    std::string group;
    std::optional<std::uint32_t> pages; ///< nothing: computed
};

Result<Setting> parse_setting(const std::string &text) {
    const auto at = text.find('=');
    const auto wrong = [&] {
        return fail(
            fmt::format("--set {}: give GROUP=PAGES or GROUP=auto, such as rings=256", text),
            exit_bad_input);
    };
    if (at == std::string::npos || at == 0)
        return wrong();
    Setting setting{.group = text.substr(0, at), .pages = std::nullopt};
    const auto value = text.substr(at + 1);
    if (value == "auto")
        return setting;
    std::uint32_t pages = 0;
    const auto *last = value.data() + value.size();
    const auto [end, error] = std::from_chars(value.data(), last, pages);
    if (error != std::errc{} || end != last)
        return wrong();
    setting.pages = pages;
    return setting;
}

Status change(live::ReserveTree &tree, const Options &options) {
    if (!options.set.empty()) {
        const auto setting = parse_setting(options.set);
        if (!setting)
            return tl::unexpected(setting.error());
        if (auto done = tree.set(setting->group, setting->pages); !done)
            return with_context(done.error(), fmt::format("--set {}", options.set));
    }
    if (!options.hold.empty())
        if (auto done = tree.activate(options.hold, true); !done)
            return with_context(done.error(), fmt::format("--hold {}", options.hold));
    if (!options.release.empty())
        if (auto done = tree.activate(options.release, false); !done)
            return with_context(done.error(), fmt::format("--release {}", options.release));
    return {};
}

int run(const Options &options) {
    const auto tree = live::KernelReserveTree::open();
    if (!tree)
        return complain(tree.error());
    if (const auto done = change(**tree, options); !done)
        return complain(done.error());
    const auto groups = (*tree)->list();
    if (!groups)
        return complain(groups.error());
    const auto page = ::sysconf(_SC_PAGESIZE);
    fmt::print("{}", options.json ? live::reserve_json(*groups, page)
                                  : live::reserve_table(*groups, page));
    return exit_ok;
}

} // namespace

void add_reserve(CLI::App &app, int &exit_code) {
    auto *command = app.add_subcommand(
        "reserve", "show who may have how much of the memory below the min watermark");
    auto options = std::make_shared<Options>();
    command->add_flag("--json", options->json, "print JSON");
    command->add_option("--set", options->set,
                        "GROUP=PAGES: a group's own pages; GROUP=auto: as computed");
    command->add_option("--hold", options->hold, "keep a group's pages, connected or not");
    command->add_option("--release", options->release, "end what --hold began");
    command->callback([&exit_code, options] { exit_code = run(*options); });
}

} // namespace netswap::cli
