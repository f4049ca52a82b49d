// SPDX-License-Identifier: GPL-2.0
#include "lib/fault.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <utility>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "lib/text.h"

namespace netswap {

namespace {

struct KindName {
    FaultKind kind;
    std::string_view name;
    std::optional<double> seconds; ///< how long if nothing is said
    ReplyFault reply = ReplyFault::none;
};

constexpr std::array<KindName, 12> kinds{{
    {FaultKind::server_kill, "server-kill", std::nullopt},
    {FaultKind::link_drop, "link-drop", 5.0},
    {FaultKind::link_carrier, "link-carrier", 5.0},
    {FaultKind::daemon_kill, "daemon-kill", std::nullopt},
    {FaultKind::reply_drop, "reply-drop", 1.0, ReplyFault::drop},
    {FaultKind::reply_corrupt, "reply-corrupt", 1.0, ReplyFault::corrupt},
    {FaultKind::reply_cut, "reply-cut", 1.0, ReplyFault::cut},
    {FaultKind::reply_stall, "reply-stall", 5.0, ReplyFault::stall},
    {FaultKind::reply_pieces, "reply-pieces", 5.0, ReplyFault::pieces},
    {FaultKind::write_error, "write-error", 2.0, ReplyFault::write_error},
    {FaultKind::receive_fail, "receive-fail", 3.0},
    {FaultKind::transmit_fail, "transmit-fail", 3.0},
}};

constexpr int most_of_a_kind = 1000;
constexpr double longest_s = 600;

template <typename T>
std::optional<T> whole_number(std::string_view text) {
    T value{};
    const auto end = text.data() + text.size();
    const auto [stop, error] = std::from_chars(text.data(), end, value);
    if (text.empty() || error != std::errc{} || stop != end)
        return std::nullopt;
    return value;
}

std::string all_names() {
    std::vector<std::string_view> names;
    for (const auto &known : kinds)
        names.push_back(known.name);
    return fmt::format("{}", fmt::join(names, ", "));
}

Result<FaultOrder> parse_entry(std::string_view entry) {
    const auto bad = [&](std::string_view why) {
        return fail(fmt::format("bad fault '{}': {}", entry, why), exit_bad_input);
    };
    const auto equals = entry.find('=');
    if (equals == std::string_view::npos)
        return bad("write KIND=COUNT or KIND=COUNT:SECONDS");
    const auto kind = fault_kind_from_string(entry.substr(0, equals));
    if (!kind)
        return bad("the kinds are " + all_names());
    auto count_text = entry.substr(equals + 1);
    FaultOrder order{*kind, 0, std::nullopt};
    for (const auto &known : kinds)
        if (known.kind == *kind)
            order.seconds = known.seconds;
    if (const auto colon = count_text.find(':'); colon != std::string_view::npos) {
        order.seconds = whole_number<double>(count_text.substr(colon + 1));
        if (!order.seconds || !(*order.seconds >= 0 && *order.seconds <= longest_s))
            return bad("the seconds go from 0 to 600");
        count_text = count_text.substr(0, colon);
    }
    const auto count = whole_number<int>(count_text);
    if (!count || *count < 1 || *count > most_of_a_kind)
        return bad("the count goes from 1 to 1000");
    order.count = *count;
    return order;
}

} // namespace

std::string_view to_string(FaultKind kind) {
    for (const auto &known : kinds)
        if (known.kind == kind)
            return known.name;
    return "";
}

std::optional<FaultKind> fault_kind_from_string(std::string_view text) {
    for (const auto &known : kinds)
        if (known.name == text)
            return known.kind;
    return std::nullopt;
}

std::vector<FaultKind> all_fault_kinds() {
    std::vector<FaultKind> list;
    for (const auto &known : kinds)
        list.push_back(known.kind);
    return list;
}

std::optional<ReplyFault> reply_fault_of(FaultKind kind) {
    for (const auto &known : kinds)
        if (known.kind == kind && known.reply != ReplyFault::none)
            return known.reply;
    return std::nullopt;
}

bool fails_allocations(FaultKind kind) {
    return kind == FaultKind::receive_fail || kind == FaultKind::transmit_fail;
}

Result<std::vector<FaultOrder>> parse_faults(std::string_view text) {
    std::vector<FaultOrder> orders;
    if (text.empty())
        return orders;
    for (const auto entry : split(text, ',')) {
        auto order = parse_entry(trim(entry));
        if (!order)
            return tl::unexpected(order.error());
        for (const auto &earlier : orders)
            if (earlier.kind == order->kind)
                return fail(fmt::format("bad fault '{}': {} is there already", entry,
                                        to_string(order->kind)),
                            exit_bad_input);
        orders.push_back(*order);
    }
    return orders;
}

std::string faults_text(const std::vector<FaultOrder> &orders) {
    std::vector<std::string> entries;
    for (const auto &order : orders) {
        auto &entry =
            entries.emplace_back(fmt::format("{}={}", to_string(order.kind), order.count));
        if (order.seconds)
            entry += fmt::format(":{}", *order.seconds);
    }
    return fmt::format("{}", fmt::join(entries, ","));
}

int fault_count(const std::vector<FaultOrder> &orders) {
    int total = 0;
    for (const auto &order : orders)
        total += order.count;
    return total;
}

} // namespace netswap
