// SPDX-License-Identifier: GPL-2.0
#include "lib/hostile.h"

#include <algorithm>
#include <utility>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "lib/text.h"

namespace netswap {

namespace {

constexpr std::array<std::pair<HostileKind, std::string_view>, 11> names{{
    {HostileKind::udp_flood, "udp-flood"},
    {HostileKind::tcp_unread, "tcp-unread"},
    {HostileKind::fragments, "fragments"},
    {HostileKind::forward, "forward"},
    {HostileKind::packet_socket, "packet-socket"},
    {HostileKind::nfqueue, "nfqueue"},
    {HostileKind::loss1, "loss1"},
    {HostileKind::loss5, "loss5"},
    {HostileKind::jumbo, "jumbo"},
    {HostileKind::connections, "connections"},
    {HostileKind::memcg, "memcg"},
}};

std::string all_names() {
    std::vector<std::string_view> list;
    for (const auto &[kind, name] : names)
        list.push_back(name);
    return fmt::format("{}", fmt::join(list, ", "));
}

} // namespace

std::string_view to_string(HostileKind kind) {
    for (const auto &[known, name] : names)
        if (known == kind)
            return name;
    return "";
}

std::optional<HostileKind> hostile_kind_from_string(std::string_view text) {
    for (const auto &[kind, name] : names)
        if (name == text)
            return kind;
    return std::nullopt;
}

Result<std::vector<HostileKind>> parse_hostile(std::string_view text) {
    std::vector<HostileKind> kinds;
    if (text.empty())
        return kinds;
    for (const auto part : split(text, ',')) {
        const auto word = trim(part);
        const auto kind = hostile_kind_from_string(word);
        if (!kind)
            return fail(fmt::format("unknown name '{}': choose {}", word, all_names()),
                        exit_bad_input);
        if (asks_for(kinds, *kind))
            return fail(fmt::format("'{}' is there twice", word), exit_bad_input);
        kinds.push_back(*kind);
    }
    if (asks_for(kinds, HostileKind::loss1) && asks_for(kinds, HostileKind::loss5))
        return fail("loss1 and loss5 exclude each other", exit_bad_input);
    std::sort(kinds.begin(), kinds.end());
    return kinds;
}

std::string hostile_text(const std::vector<HostileKind> &kinds) {
    std::vector<std::string_view> words;
    for (const auto kind : kinds)
        words.push_back(to_string(kind));
    return fmt::format("{}", fmt::join(words, ","));
}

bool asks_for(const std::vector<HostileKind> &kinds, HostileKind kind) {
    return std::find(kinds.begin(), kinds.end(), kind) != kinds.end();
}

double loss_of(const std::vector<HostileKind> &kinds) {
    return asks_for(kinds, HostileKind::loss1)   ? 0.01
           : asks_for(kinds, HostileKind::loss5) ? 0.05
                                                 : 0;
}

bool needs_network(const std::vector<HostileKind> &kinds) {
    return std::any_of(kinds.begin(), kinds.end(),
                       [](HostileKind kind) { return kind != HostileKind::memcg; });
}

} // namespace netswap
