// SPDX-License-Identifier: GPL-2.0
#include "live/config_file.h"

#include <algorithm>
#include <filesystem>
#include <vector>

#include <fmt/format.h>
#define TOML_EXCEPTIONS 0
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

} // namespace

Status add_config(Config &config, std::string_view text, const std::string &file) {
    const auto parsed = toml::parse(text);
    if (!parsed)
        return bad(at(file, parsed.error().source()), parsed.error().description());
    for (const auto &[key, node] : parsed.table()) {
        const auto *table = node.as_table();
        const auto where = at(file, node.source());
        if (table == nullptr || (key.str() != "area" && key.str() != "metrics"))
            return bad(where,
                       fmt::format("unknown '{}'; there are [area.NAME] and [metrics]", key.str()));
        if (key.str() == "metrics") {
            if (auto ok = add_metrics(config, *table, file); !ok)
                return ok;
            continue;
        }
        for (const auto &[name, area] : *table) {
            if (!area.is_table())
                return bad(at(file, area.source()), "an area is a table: [area.NAME]");
            if (auto ok = add_area(config, name.str(), *area.as_table(), file); !ok)
                return ok;
        }
    }
    return {};
}

Result<Config> read_config(const Paths &paths) {
    namespace fs = std::filesystem;
    std::error_code none;
    std::vector<std::string> files;
    for (const auto &entry : fs::directory_iterator(paths.etc("netswap.conf.d"), none))
        if (entry.path().extension() == ".toml")
            files.push_back(entry.path());
    std::sort(files.begin(), files.end());
    if (fs::exists(paths.etc("netswap.toml"), none))
        files.insert(files.begin(), paths.etc("netswap.toml"));
    Config config;
    for (const auto &file : files) {
        const auto text = read_file(file);
        if (!text)
            return fail(text.error().message, exit_bad_input);
        if (auto ok = add_config(config, *text, file); !ok)
            return tl::unexpected(ok.error());
    }
    for (auto &[name, area] : config.areas) {
        if (area.spec.uri.empty())
            return fail(fmt::format("{}: [area.{}] has no uri", paths.etc("netswap.toml"), name),
                        exit_bad_input);
        if (auto ok = complete_area(area.spec); !ok)
            return with_context(ok.error(), fmt::format("[area.{}]", name));
    }
    return config;
}

} // namespace netswap::live
