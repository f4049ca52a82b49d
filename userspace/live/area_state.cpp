// SPDX-License-Identifier: GPL-2.0
#include "live/area_state.h"

#include <algorithm>
#include <cerrno>
#include <filesystem>

#include <fmt/format.h>
#include <nlohmann/json.hpp>
#include <sys/socket.h>
#include <sys/stat.h>

#include "lib/json_field.h"
#include "lib/text.h"
#include "live/live_page.h"

namespace netswap::live {

namespace {

using nlohmann::json;

constexpr int version = 1;
constexpr std::string_view suffix = ".json";
constexpr std::string_view part_suffix = ".part";

const char *family_name(int family) {
    return family == AF_INET6 ? "inet6" : family == AF_UNIX ? "unix" : "inet";
}

int family_number(const std::string &name) {
    return name == "inet6" ? AF_INET6 : name == "unix" ? AF_UNIX : AF_INET;
}

} // namespace

bool can_be_kept(const AreaState &state) {
    return state.via != "nbd-client";
}

std::string area_state_json(const AreaState &state) {
    auto addresses = json::array();
    for (const auto &at : state.addresses)
        addresses.push_back(
            {{"family", family_name(at.family)}, {"address", at.address}, {"port", at.port}});
    const json out = {{"version", version},
                      {"name", state.name},
                      {"uri", state.uri},
                      {"device", state.device},
                      {"index", state.index},
                      {"backend", state.backend},
                      {"export", state.export_name},
                      {"addresses", std::move(addresses)},
                      {"conns", state.conns},
                      {"device_bytes", state.device_bytes},
                      {"swap_bytes", state.swap_bytes},
                      {"uuid", state.uuid},
                      {"prio", state.prio},
                      {"timeout_s", state.timeout_s},
                      {"dead_conn_timeout_s", state.dead_conn_timeout_s},
                      {"server_flags", state.server_flags},
                      {"persist", state.persist},
                      {"via", state.via},
                      {"up_since", state.up_since},
                      {"min_free_before_kb", state.min_free_before_kb},
                      {"min_free_set_kb", state.min_free_set_kb},
                      {"reserve_tree", state.reserve_tree},
                      {"modules_loaded", state.modules_loaded}};
    return out.dump(2) + "\n";
}

Result<AreaState> parse_area_state(std::string_view text, std::string_view where) {
    AreaState state;
    try {
        const auto in = json::parse(text);
        int found = 0;
        json_field::get(in.at("version"), found);
        if (found != version)
            return fail(fmt::format("{}: version {} is not the one this netswap writes ({}); take "
                                    "the area down with the netswap that brought it up",
                                    where, found, version));
        json_field::get(in.at("name"), state.name);
        json_field::get(in.at("uri"), state.uri);
        json_field::get(in.at("device"), state.device);
        json_field::get(in.at("index"), state.index);
        json_field::get(in.at("backend"), state.backend);
        json_field::get(in.at("export"), state.export_name);
        for (const auto &at : in.at("addresses")) {
            auto &address = state.addresses.emplace_back();
            address.family = family_number(at.at("family"));
            json_field::get(at.at("address"), address.address);
            json_field::get(at.at("port"), address.port);
        }
        json_field::get(in.at("conns"), state.conns);
        json_field::get(in.at("device_bytes"), state.device_bytes);
        json_field::get(in.at("swap_bytes"), state.swap_bytes);
        json_field::get(in.at("prio"), state.prio);
        json_field::get(in.at("timeout_s"), state.timeout_s);
        json_field::get(in.at("dead_conn_timeout_s"), state.dead_conn_timeout_s);
        json_field::get(in.at("server_flags"), state.server_flags);
        json_field::get(in.at("persist"), state.persist);
        json_field::get(in.at("via"), state.via);
        json_field::get(in.at("up_since"), state.up_since);
        json_field::get(in.at("min_free_before_kb"), state.min_free_before_kb);
        json_field::get(in.at("min_free_set_kb"), state.min_free_set_kb);
        // Files of earlier versions lack these.
        state.uuid = in.value("uuid", "");
        state.reserve_tree = in.value("reserve_tree", false);
        json_field::get(in.at("modules_loaded"), state.modules_loaded);
    } catch (const json::exception &error) {
        return fail(fmt::format("{}: damaged ({}); swapoff and disconnect the device by hand, then "
                                "remove the file",
                                where, error.what()));
    }
    return state;
}

namespace {

std::string file_of(const Paths &paths, const std::string &name, std::string_view ending) {
    return paths.run(name + std::string(ending));
}

std::vector<std::string> names_with(const Paths &paths, std::string_view ending) {
    std::vector<std::string> names;
    std::error_code none;
    for (const auto &entry : std::filesystem::directory_iterator(paths.run(), none))
        if (entry.path().extension() == ending)
            names.push_back(entry.path().stem());
    std::sort(names.begin(), names.end());
    return names;
}

Status write_as(const Paths &paths, const AreaState &state, std::string_view ending) {
    if (::mkdir(paths.run().c_str(), 0755) != 0 && errno != EEXIST)
        return tl::unexpected(errno_error(paths.run(), errno));
    return write_file(file_of(paths, state.name, ending), area_state_json(state));
}

bool is_there(const std::string &file) {
    return ::access(file.c_str(), F_OK) == 0 || errno != ENOENT;
}

Result<AreaState> read_state(const std::string &file) {
    const auto text = read_file(file);
    if (!text)
        return tl::unexpected(text.error());
    return parse_area_state(*text, file);
}

} // namespace

Result<AreaState> read_area_state(const Paths &paths, const std::string &name) {
    const auto file = file_of(paths, name, suffix);
    if (!is_there(file))
        return fail(fmt::format("no swap area '{}' is up (netswap status lists them)", name),
                    exit_bad_input);
    return read_state(file);
}

Result<std::optional<AreaState>> find_area_state(const Paths &paths, const std::string &name) {
    // Twice: the first becomes the second when `up` is done.
    for (const auto ending : {suffix, part_suffix, suffix}) {
        const auto file = file_of(paths, name, ending);
        if (!is_there(file))
            continue;
        auto state = read_state(file);
        if (!state && !is_there(file))
            continue;
        if (!state)
            return tl::unexpected(state.error());
        state->part = ending == part_suffix;
        return std::optional(std::move(*state));
    }
    return std::nullopt;
}

std::vector<std::string> area_names(const Paths &paths) {
    return names_with(paths, suffix);
}

std::vector<std::string> known_areas(const Paths &paths) {
    // Those first: what is finished in between is then found among the others.
    auto names = names_with(paths, part_suffix);
    const auto up = area_names(paths);
    names.insert(names.end(), up.begin(), up.end());
    std::sort(names.begin(), names.end());
    names.erase(std::unique(names.begin(), names.end()), names.end());
    return names;
}

Result<std::vector<AreaState>> all_areas(const Paths &paths) {
    std::vector<AreaState> areas;
    for (const auto &name : known_areas(paths)) {
        auto state = find_area_state(paths, name);
        if (!state)
            return tl::unexpected(state.error());
        if (*state) // not gone meanwhile
            areas.push_back(std::move(**state));
    }
    return areas;
}

Status write_area_state(const Paths &paths, const AreaState &state) {
    if (auto ok = write_as(paths, state, suffix); !ok)
        return ok;
    ::unlink(file_of(paths, state.name, part_suffix).c_str());
    return {};
}

Status write_area_part(const Paths &paths, const AreaState &state) {
    return write_as(paths, state, part_suffix);
}

void remove_area_state(const Paths &paths, const std::string &name) {
    for (const auto ending :
         {suffix, part_suffix, std::string_view(page_ending), std::string_view(keeper_ending)})
        ::unlink(file_of(paths, name, ending).c_str());
}

} // namespace netswap::live
