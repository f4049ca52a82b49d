// SPDX-License-Identifier: GPL-2.0
#include "lib/hostile_options.h"

#include <fmt/format.h>

#include "lib/hostile.h"

namespace netswap {

Status fill_hostile(const StormArguments &a, RunParams &params) {
    const auto kinds = parse_hostile(a.hostile);
    if (!kinds)
        return with_context(kinds.error(), "--hostile");
    params.hostile = hostile_text(*kinds);
    const auto refuse = [](std::string_view why) {
        return fail(fmt::format("--hostile {}", why), exit_bad_input);
    };
    if (needs_network(*kinds) && a.transport != "nbd")
        return refuse(
            fmt::format("needs --transport nbd, not {} (memcg alone does not)", a.transport));
    if (asks_for(*kinds, HostileKind::jumbo) && a.nic == "rtl8139")
        return refuse("jumbo needs another --nic: rtl8139 cannot take an MTU of 9000");
    return {};
}

} // namespace netswap
