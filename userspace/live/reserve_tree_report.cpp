// SPDX-License-Identifier: GPL-2.0
#include <map>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "live/reserve_tree.h"
#include "live/view/units.h"

namespace netswap::live {

namespace {

constexpr const char *row = "{:<22} {:>8} {:>8} {:>8} {:>8}  {}\n";

std::string or_dash(const std::optional<std::uint32_t> &pages) {
    return pages ? fmt::format("{}", *pages) : "-";
}

std::string remark(const ReserveGroup &group) {
    if (group.set)
        return fmt::format("set to {} by request", *group.set);
    if (group.active && group.pages < group.wanted)
        return "could not grow: memory was not to be had";
    return group.active ? "" : "not active";
}

nlohmann::json or_null(const std::optional<std::uint32_t> &pages) {
    return pages ? nlohmann::json(*pages) : nlohmann::json(nullptr);
}

} // namespace

std::string reserve_table(const std::vector<ReserveGroup> &groups, std::int64_t page_bytes) {
    std::string out = fmt::format(row, "GROUP", "RESERVED", "WANTED", "USED", "MOST", "");
    std::multimap<std::string, const ReserveGroup *> children;
    for (const auto &group : groups)
        children.emplace(group.parent, &group);
    // Depth first, so that a child stands below its parent, whatever order they came in.
    const auto print = [&](const auto &self, const std::string &parent, int level) -> void {
        if (level > static_cast<int>(groups.size()))
            return;
        const auto [first, last] = children.equal_range(parent);
        for (auto it = first; it != last; ++it) {
            const auto &group = *it->second;
            out +=
                fmt::format(row, fmt::format("{:{}}{}", "", 2 * level, group.name), group.pages,
                            group.wanted, or_dash(group.usage), or_dash(group.high), remark(group));
            self(self, group.name, level + 1);
        }
    };
    print(print, "", 0);
    for (const auto &group : groups)
        if (group.parent.empty())
            out += fmt::format("pages of {}; {} kept below every watermark\n",
                               size_text(static_cast<std::uint64_t>(page_bytes)),
                               size_text(group.pages * static_cast<std::uint64_t>(page_bytes)));
    return out;
}

std::string reserve_json(const std::vector<ReserveGroup> &groups, std::int64_t page_bytes) {
    auto list = nlohmann::json::array();
    for (const auto &group : groups)
        list.push_back({{"name", group.name},
                        {"parent", group.parent.empty() ? nlohmann::json(nullptr)
                                                        : nlohmann::json(group.parent)},
                        {"pages", group.pages},
                        {"wanted", group.wanted},
                        {"set", or_null(group.set)},
                        {"active", group.active},
                        {"usage", or_null(group.usage)},
                        {"high", or_null(group.high)}});
    const nlohmann::json out = {{"page_bytes", page_bytes}, {"groups", std::move(list)}};
    return out.dump(2, ' ', false, nlohmann::json::error_handler_t::replace) + "\n";
}

} // namespace netswap::live
