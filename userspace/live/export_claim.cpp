// SPDX-License-Identifier: GPL-2.0
#include "live/export_claim.h"

#include <algorithm>
#include <filesystem>

#include <fmt/format.h>
#include <sys/socket.h>

namespace netswap::live {

namespace {

bool is_same(const ServerAddress &one, const ServerAddress &other) {
    if (one == other)
        return true;
    std::error_code none; // one socket may have several paths
    return one.family == AF_UNIX && other.family == AF_UNIX &&
           std::filesystem::equivalent(one.address, other.address, none);
}

bool is_same_export(const AreaState &one, const AreaState &other) {
    return one.export_name == other.export_name &&
           std::any_of(one.addresses.begin(), one.addresses.end(), [&](const ServerAddress &at) {
               return std::any_of(other.addresses.begin(), other.addresses.end(),
                                  [&](const ServerAddress &there) { return is_same(at, there); });
           });
}

tl::unexpected<Error> refusal(const AreaState &wanted, const AreaState &area, const char *why) {
    return fail(fmt::format("export '{}' is area '{}' already{}{}; netswap down {} first",
                            wanted.export_name, area.name, why,
                            area.part ? " (not up yet, or its up was interrupted)" : "", area.name),
                exit_bad_input);
}

} // namespace

Status check_claim(const AreaState &wanted, const std::vector<AreaState> &areas) {
    for (const auto &area : areas)
        if (area.name != wanted.name && is_same_export(area, wanted))
            return refusal(wanted, area, "");
    return {};
}

Status check_uuid(const AreaState &wanted, const std::string &found,
                  const std::vector<AreaState> &areas) {
    for (const auto &area : areas)
        if (area.name != wanted.name && !found.empty() && area.uuid == found)
            return refusal(wanted, area, ", under another address, as its swap header says");
    return {};
}

} // namespace netswap::live
