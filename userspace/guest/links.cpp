// SPDX-License-Identifier: GPL-2.0
#include "guest/links.h"

#include <linux/if_link.h>
#include <linux/rtnetlink.h>

namespace netswap::guest {

Result<void> route_request(NetlinkBatch &batch, const std::string &what) {
    const auto socket = netlink_socket(NETLINK_ROUTE);
    if (!socket)
        return tl::unexpected(socket.error());
    const auto done = talk(*socket, batch);
    return done ? done : with_context(done.error(), what);
}

Result<void> add_link(const std::string &kind, const std::string &name,
                      const std::function<void(NetlinkBatch &)> &fill) {
    NetlinkBatch batch;
    batch.message(RTM_NEWLINK, NLM_F_CREATE | NLM_F_EXCL | NLM_F_ACK, ifinfomsg{});
    batch.put_text(IFLA_IFNAME, name);
    const auto info = batch.nest(IFLA_LINKINFO);
    batch.put_text(IFLA_INFO_KIND, kind);
    if (fill)
        fill(batch);
    batch.end(info);
    return route_request(batch, "adding " + kind + " " + name);
}

} // namespace netswap::guest
