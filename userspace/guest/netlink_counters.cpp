// SPDX-License-Identifier: GPL-2.0
#include "guest/counter_source.h"

#include "kmod/uapi/netswap.h"
#include "live/family_counters.h"

namespace netswap::guest {

Result<CounterList> NetlinkCounters::read() {
    auto client =
        live::GenlClient::open(NETSWAP_FAMILY_NAME, NETSWAP_FAMILY_VERSION, "no netswap.ko");
    if (client)
        return live::family_counters(*client);
    if (client.error().code == exit_host)
        return CounterList{};
    return with_context(client.error(), "netlink counters");
}

} // namespace netswap::guest
