// SPDX-License-Identifier: GPL-2.0
#include "guest/config.h"
#include "lib/guest_message.h"
#include "target.h"
#include "targets.h"

namespace netswap::fuzz {

void guest_config(std::string_view input) {
    const auto config = guest::parse_config(input);
    if (clear(config))
        require(config->workers >= 1 && config->map_mib >= 1 && config->port >= 1 &&
                    config->port <= 65535,
                "orders out of bounds");
}

void guest_message(std::string_view input) {
    const auto message = parse_guest_message(input);
    if (!clear(message))
        return;
    if (const auto *verdict = std::get_if<VerdictMessage>(&*message))
        require(verdict->verdict != Verdict::hang && verdict->verdict != Verdict::crash,
                "a verdict that only the host may give");
}

} // namespace netswap::fuzz
