// SPDX-License-Identifier: GPL-2.0
#include "generator/generate.h"

#include <filesystem>

#include <fmt/format.h>

#include "lib/text.h"
#include "live/config_file.h"

namespace netswap {

namespace fs = std::filesystem;

namespace {

constexpr const char *unit_file = "/lib/systemd/system/netswap@.service";

bool is_no(std::string_view value) {
    return value == "off" || value == "0" || value == "no" || value == "false";
}

} // namespace

bool switched_off(const std::string &command_line) {
    constexpr std::string_view key = "netswap=";
    bool off = false;
    for (const auto word : split(command_line, ' '))
        if (const auto trimmed = trim(word); trimmed.starts_with(key))
            off = is_no(trimmed.substr(key.size()));
    return off;
}

int generate_units(const live::Paths &paths, const std::string &directory,
                   const Complain &complain) {
    if (const auto text = read_file(paths.proc("cmdline")); text && switched_off(*text))
        return 0;
    const auto loaded = live::load_config(paths);
    for (const auto &error : loaded.errors)
        complain(error.message);

    int made = 0;
    const auto wants = fs::path(directory) / "multi-user.target.wants";
    for (const auto &[name, area] : loaded.config.areas) {
        // A broken one is wanted, too: its unit fails and says why where people look.
        if (!area.automatic)
            continue;
        std::error_code error;
        fs::create_directories(wants, error);
        const auto link = wants / fmt::format("netswap@{}.service", name);
        fs::create_symlink(unit_file, link, error);
        if (error && error != std::errc::file_exists)
            complain(fmt::format("{}: {}", link.string(), error.message()));
        else
            ++made;
    }
    return made;
}

} // namespace netswap
