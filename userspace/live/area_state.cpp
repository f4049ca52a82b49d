// SPDX-License-Identifier: GPL-2.0
#include "live/area_state.h"

#include <algorithm>
#include <cerrno>
#include <filesystem>

#include <fmt/format.h>
#include <nlohmann/json.hpp>
#include <sys/socket.h>
#include <sys/stat.h>

#include "lib/text.h"

namespace netswap::live {

namespace {

using nlohmann::json;

constexpr int version = 1;
constexpr std::string_view suffix = ".json";

const char *family_name(int family) {
    return family == AF_INET6 ? "inet6" : family == AF_UNIX ? "unix" : "inet";
}

int family_number(const std::string &name) {
    return name == "inet6" ? AF_INET6 : name == "unix" ? AF_UNIX : AF_INET;
}

} // namespace

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
        if (const int found = in.at("version"); found != version)
            return fail(fmt::format("{}: version {} is not the one this netswap writes ({}); take "
                                    "the area down with the netswap that brought it up",
                                    where, found, version));
        in.at("name").get_to(state.name);
        in.at("uri").get_to(state.uri);
        in.at("device").get_to(state.device);
        in.at("index").get_to(state.index);
        in.at("backend").get_to(state.backend);
        in.at("export").get_to(state.export_name);
        for (const auto &at : in.at("addresses"))
            state.addresses.push_back(
                {family_number(at.at("family")), at.at("address"), at.at("port")});
        in.at("conns").get_to(state.conns);
        in.at("device_bytes").get_to(state.device_bytes);
        in.at("swap_bytes").get_to(state.swap_bytes);
        in.at("prio").get_to(state.prio);
        in.at("timeout_s").get_to(state.timeout_s);
        in.at("dead_conn_timeout_s").get_to(state.dead_conn_timeout_s);
        in.at("server_flags").get_to(state.server_flags);
        in.at("persist").get_to(state.persist);
        in.at("via").get_to(state.via);
        in.at("up_since").get_to(state.up_since);
        in.at("min_free_before_kb").get_to(state.min_free_before_kb);
        in.at("min_free_set_kb").get_to(state.min_free_set_kb);
        state.reserve_tree = in.value("reserve_tree", false); // files of earlier versions lack it
        in.at("modules_loaded").get_to(state.modules_loaded);
    } catch (const json::exception &error) {
        return fail(fmt::format("{}: damaged ({}); swapoff and disconnect the device by hand, then "
                                "remove the file",
                                where, error.what()));
    }
    return state;
}

Result<AreaState> read_area_state(const Paths &paths, const std::string &name) {
    const auto file = paths.run(name + std::string(suffix));
    if (::access(file.c_str(), F_OK) != 0 && errno == ENOENT)
        return fail(fmt::format("no swap area '{}' is up (netswap status lists them)", name),
                    exit_bad_input);
    const auto text = read_file(file);
    if (!text)
        return tl::unexpected(text.error());
    return parse_area_state(*text, file);
}

std::vector<std::string> area_names(const Paths &paths) {
    std::vector<std::string> names;
    std::error_code none;
    for (const auto &entry : std::filesystem::directory_iterator(paths.run(), none))
        if (entry.path().extension() == suffix)
            names.push_back(entry.path().stem());
    std::sort(names.begin(), names.end());
    return names;
}

Status write_area_state(const Paths &paths, const AreaState &state) {
    if (::mkdir(paths.run().c_str(), 0755) != 0 && errno != EEXIST)
        return tl::unexpected(errno_error(paths.run(), errno));
    return write_file(paths.run(state.name + std::string(suffix)), area_state_json(state));
}

void remove_area_state(const Paths &paths, const std::string &name) {
    for (const auto *end : {".json", ".live"})
        ::unlink(paths.run(name + end).c_str());
}

} // namespace netswap::live
