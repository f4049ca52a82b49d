// SPDX-License-Identifier: GPL-2.0
#include "live/family_counters.h"

#include <cerrno>

#include "kmod/uapi/netswap.h"
#include "live/netlink_attributes.h"

namespace netswap::live {

bool not_offered(const GenlClient &client) {
    return client.last_errno() == EOPNOTSUPP || client.last_errno() == EINVAL;
}

Result<CounterList> family_counters(GenlClient &client) {
    CounterList counters;
    const auto done = client.ask(
        {.command = NETSWAP_CMD_COUNTER_GET,
         .flags = NLM_F_DUMP,
         .put = nullptr,
         .take = [&counters](nlmsghdr &message) {
             const auto in = attributes<NETSWAP_A_COUNTER_MAX>(message);
             if (const auto value = number_of<std::uint64_t>(in[NETSWAP_A_COUNTER_VALUE]))
                 counters.emplace_back(text_of(in[NETSWAP_A_COUNTER_MECHANISM]) + "." +
                                           text_of(in[NETSWAP_A_COUNTER_NAME]),
                                       *value);
         }});
    if (!done && !not_offered(client))
        return with_context(done.error(), "asking the kernel for its counters");
    return counters;
}

} // namespace netswap::live
