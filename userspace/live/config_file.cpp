// SPDX-License-Identifier: GPL-2.0
#include "live/config_file.h"

#include <algorithm>
#include <filesystem>
#include <vector>

#include <fmt/format.h>
#define TOML_EXCEPTIONS 0
// It asserts that a key begins as it should, and then says it in words. We want the words.
#define TOML_ASSERT(expr) static_cast<void>(0)
#include <toml++/toml.h>

#include "lib/text.h"
#include "live/area_settings.h"

namespace netswap::live {

namespace {

std::string at(const std::string &file, const toml::source_region &where) {
    return fmt::format("{}:{}:{}", file, where.begin.line, where.begin.column);
}

tl::unexpected<Error> bad(const std::string &where, std::string_view what) {
    return fail(fmt::format("{}: {}", where, what), exit_bad_input);
}

/// A value as the text that a flag would have; nothing for arrays, tables and dates.
std::optional<std::string> as_text(const toml::node &node) {
    if (const auto *text = node.as_string())
        return text->get();
    if (const auto *number = node.as_integer())
        return fmt::format("{}", number->get());
    if (const auto *yes = node.as_boolean())
        return yes->get() ? "true" : "false";
    return std::nullopt;
}

Status add_area(Config &config, std::string_view name, const toml::table &table,
                const std::string &file) {
    if (!is_area_name(name))
        return bad(
            at(file, table.source()),
            fmt::format("'{}' cannot name an area: up to 31 of a-z, 0-9, '_' and '-'", name));
    auto &area = config.areas[std::string(name)];
    area.spec.name = name;
    for (const auto &[key, node] : table) {
        const auto where = at(file, node.source());
        const auto text = as_text(node);
        if (!text)
            return bad(where,
                       fmt::format("{} must be a string, a number, true or false", key.str()));
        if (key.str() == "auto") {
            if (!node.is_boolean())
                return bad(where, "auto must be true or false");
            area.automatic = *text == "true";
        } else if (auto ok = set_area(area.spec, key.str(), *text); !ok) {
            return bad(where, ok.error().message);
        }
    }
    return {};
}

Status add_metrics(Config &config, const toml::table &table, const std::string &file) {
    for (const auto &[key, node] : table) {
        const auto *text = node.as_string();
        if (key.str() != "listen" || text == nullptr)
            return bad(at(file, node.source()), "[metrics] has one key, listen, a string");
        config.metrics_listen = text->get();
    }
    return {};
}

/// One file; see LoadedConfig.
void add_file(LoadedConfig &loaded, std::string_view text, const std::string &file) {
    auto &errors = loaded.errors;
    const auto note = [&](const Status &status) {
        if (!status)
            errors.push_back(status.error());
        return status.has_value();
    };
    const auto parsed = toml::parse(text);
    if (!parsed) {
        note(bad(at(file, parsed.error().source()), parsed.error().description()));
        return;
    }
    for (const auto &[key, node] : parsed.table()) {
        const auto *table = node.as_table();
        const auto where = at(file, node.source());
        if (table == nullptr || (key.str() != "area" && key.str() != "metrics")) {
            note(bad(where,
                     fmt::format("unknown '{}'; there are [area.NAME] and [metrics]", key.str())));
            continue;
        }
        if (key.str() == "metrics") {
            note(add_metrics(loaded.config, *table, file));
            continue;
        }
        for (const auto &[name, area] : *table) {
            if (!area.is_table())
                note(bad(at(file, area.source()), "an area is a table: [area.NAME]"));
            else if (!note(add_area(loaded.config, name.str(), *area.as_table(), file)))
                loaded.broken.emplace(name.str());
        }
    }
}

std::vector<std::string> config_files(const Paths &paths) {
    namespace fs = std::filesystem;
    std::error_code none;
    std::vector<std::string> files;
    for (const auto &entry : fs::directory_iterator(paths.etc("netswap.conf.d"), none))
        if (entry.path().extension() == ".toml")
            files.push_back(entry.path());
    std::sort(files.begin(), files.end());
    if (fs::exists(paths.etc("netswap.toml"), none))
        files.insert(files.begin(), paths.etc("netswap.toml"));
    return files;
}

} // namespace

Status add_config(Config &config, std::string_view text, const std::string &file) {
    LoadedConfig loaded{std::move(config), {}, {}};
    add_file(loaded, text, file);
    config = std::move(loaded.config);
    if (!loaded.errors.empty())
        return tl::unexpected(loaded.errors.front());
    return {};
}

LoadedConfig load_config(const Paths &paths) {
    LoadedConfig loaded;
    for (const auto &file : config_files(paths)) {
        if (const auto text = read_file(file))
            add_file(loaded, *text, file);
        else
            loaded.errors.push_back({text.error().message, exit_bad_input});
    }
    for (auto &[name, area] : loaded.config.areas) {
        if (loaded.broken.contains(name))
            continue;
        auto complete = complete_area(area.spec);
        if (area.spec.uri.empty())
            complete =
                fail(fmt::format("{}: [area.{}] has no uri", paths.etc("netswap.toml"), name),
                     exit_bad_input);
        else if (!complete)
            complete = with_context(complete.error(), fmt::format("[area.{}]", name));
        if (!complete) {
            loaded.errors.push_back(complete.error());
            loaded.broken.insert(name);
        }
    }
    return loaded;
}

Result<Config> read_config(const Paths &paths) {
    auto loaded = load_config(paths);
    if (!loaded.errors.empty())
        return tl::unexpected(loaded.errors.front());
    return std::move(loaded.config);
}

} // namespace netswap::live
