// SPDX-License-Identifier: GPL-2.0
#include "live/area_settings.h"

#include <algorithm>
#include <array>

#include <fmt/format.h>

#include "lib/size.h"
#include "lib/text.h"
#include "live/live_page.h"
#include "live/nbd_uri.h"

namespace netswap::live {

namespace {

constexpr std::int64_t highest_prio = 32767;
constexpr std::int64_t longest_timeout_s = 24 * 3600;
constexpr std::uint64_t tcp_timeout_s = 10;
constexpr std::uint64_t least_reserve = 64 << 10;

constexpr std::array settings{
    Setting{"conns", "N", "connections to the server, 1 to 16 (default 1)"},
    Setting{"size", "SIZE", "use this much of the export, like 2G (default: all of it)"},
    Setting{"prio", "N", "swap priority, 0 to 32767 (default: the kernel's choice)"},
    Setting{"timeout", "SECONDS",
            "give a connection up when a request takes longer; 0: never (default 10, 0 for UNIX "
            "sockets)"},
    Setting{"dead-conn-timeout", "SECONDS|never",
            "how long swap waits for a lost server before it loses pages (default never)"},
    Setting{"persist", "true|false", "reconnect (default true)"},
    Setting{"reserve", "auto|keep|SIZE",
            "memory for the path of swap: what `netswap plan` says, what there is, or this much "
            "as vm.min_free_kbytes (default auto)"},
    Setting{"guard", "auto|never",
            "load netswap_guard where the network card needs it (default auto)"},
    Setting{"via", "netlink|nbd-client", "who connects the device (default netlink)"},
    Setting{"force", "true|false", "overwrite what the export holds (default false)"},
};

tl::unexpected<Error> refuse(std::string_view name, std::string_view value, std::string_view may) {
    return fail(fmt::format("{} = '{}': {}", name, value, may), exit_bad_input);
}

Result<std::int64_t> number(std::string_view name, std::string_view value, std::int64_t low,
                            std::int64_t high) {
    const auto parsed = parse_number(value);
    if (!parsed || *parsed < low || *parsed > high)
        return refuse(name, value, fmt::format("a number from {} to {}", low, high));
    return *parsed;
}

Result<bool> yes_or_no(std::string_view name, std::string_view value) {
    if (value == "true" || value == "false")
        return value == "true";
    return refuse(name, value, "true or false");
}

template <typename Choice>
Status choose(std::string_view name, std::string_view value, Choice &out,
              std::initializer_list<std::pair<std::string_view, Choice>> choices) {
    std::string may;
    for (const auto &[text, choice] : choices) {
        if (value == text) {
            out = choice;
            return {};
        }
        may += (may.empty() ? "" : " or ") + std::string(text);
    }
    return refuse(name, value, may);
}

Status set_reserve(AreaSpec &area, std::string_view value) {
    if (value == "auto" || value == "keep") {
        area.reserve = value == "auto" ? ReservePolicy::automatic : ReservePolicy::keep;
        return {};
    }
    const auto bytes = parse_size(value);
    if (!bytes || *bytes < static_cast<std::int64_t>(least_reserve))
        return refuse("reserve", value, "auto, keep, or a size from 64K on, like 64M");
    area.reserve = ReservePolicy::fixed;
    area.reserve_bytes = static_cast<std::uint64_t>(*bytes);
    return {};
}

template <typename T, typename Out>
Status store(const Result<T> &value, Out &out) {
    if (!value)
        return tl::unexpected(value.error());
    out = static_cast<Out>(*value);
    return {};
}

template <typename T, typename Out>
Status store(const Result<T> &value, std::optional<Out> &out) {
    if (!value)
        return tl::unexpected(value.error());
    out = static_cast<Out>(*value);
    return {};
}

Status set_dead_conn_timeout(AreaSpec &area, std::string_view value) {
    if (value == "never") {
        area.dead_conn_timeout_s = never_s;
        return {};
    }
    const auto seconds = number("dead-conn-timeout", value, 0, static_cast<std::int64_t>(never_s));
    if (!seconds)
        return refuse("dead-conn-timeout", value, "a number of seconds, or never");
    area.dead_conn_timeout_s = static_cast<std::uint64_t>(*seconds);
    return {};
}

Status set_size(AreaSpec &area, std::string_view value) {
    const auto bytes = parse_size(value);
    if (!bytes)
        return refuse("size", value, "a size like 512M or 2G");
    area.size = static_cast<std::uint64_t>(*bytes);
    return {};
}

} // namespace

std::span<const Setting> area_settings() {
    return settings;
}

bool is_area_name(std::string_view name) {
    return !name.empty() && name.size() < 32 && std::all_of(name.begin(), name.end(), [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_' || c == '-';
    });
}

Status set_area(AreaSpec &area, std::string_view name, std::string_view value) {
    if (name == "uri") {
        area.uri = value;
        return {};
    }
    if (name == "conns")
        return store(number(name, value, 1, max_conns), area.conns);
    if (name == "size")
        return set_size(area, value);
    if (name == "prio")
        return store(number(name, value, 0, highest_prio), area.prio);
    if (name == "timeout")
        return store(number(name, value, 0, longest_timeout_s), area.timeout_s);
    if (name == "dead-conn-timeout")
        return set_dead_conn_timeout(area, value);
    if (name == "persist")
        return store(yes_or_no(name, value), area.persist);
    if (name == "reserve")
        return set_reserve(area, value);
    if (name == "guard")
        return choose(name, value, area.guard,
                      {{"auto", GuardPolicy::automatic}, {"never", GuardPolicy::never}});
    if (name == "via")
        return choose(name, value, area.via,
                      {{"netlink", Via::netlink}, {"nbd-client", Via::nbd_client}});
    if (name == "force")
        return store(yes_or_no(name, value), area.force);
    std::string known;
    for (const auto &setting : settings)
        known += fmt::format(", {}", setting.name);
    return fail(fmt::format("unknown setting '{}'; there are uri{}", name, known), exit_bad_input);
}

Status complete_area(AreaSpec &area) {
    if (!is_area_name(area.name))
        return fail(
            fmt::format("'{}' cannot name an area: up to 31 of a-z, 0-9, '_' and '-'", area.name),
            exit_bad_input);
    const auto uri = parse_nbd_uri(area.uri);
    if (!uri)
        return tl::unexpected(uri.error());
    if (!area.timeout_s)
        area.timeout_s = uri->is_unix() ? 0 : tcp_timeout_s;
    return {};
}

} // namespace netswap::live
