// SPDX-License-Identifier: GPL-2.0
#include "guest/dead_ends.h"

#include "guest/interface.h"
#include "guest/links.h"
#include "guest/network.h"
#include "guest/sysfile.h"
#include "lib/hostile_ground.h"

#include <linux/if_link.h>
#include <linux/pkt_sched.h>
#include <linux/rtnetlink.h>
#include <linux/veth.h>
#include <net/if.h>
#include <sys/ioctl.h>
#include <sys/socket.h>

namespace netswap::guest {
namespace {

using namespace std::chrono_literals;

constexpr const char *silent_peer = "hostile0p";
constexpr const char *netmask = "255.255.255.0";
constexpr auto carrier_limit = 5s;
constexpr std::uint32_t plugged_bytes = 4 << 20; ///< the queue holds that much, without overhead
constexpr std::uint16_t add = NLM_F_CREATE | NLM_F_EXCL | NLM_F_ACK;

/// Up, and without an answer to ARP.
Result<void> bring_up_silently(const std::string &interface) {
    ifreq request{};
    if (auto done = interface_request(SIOCGIFFLAGS, request, interface, "reading flags"); !done)
        return done;
    request.ifr_flags |= IFF_UP | IFF_NOARP;
    return interface_request(SIOCSIFFLAGS, request, interface, "bringing up");
}

/// The peer is up, has no address and does not answer ARP.
Result<void> add_silent() {
    auto done = add_link("veth", silent_interface, [](NetlinkBatch &batch) {
        const auto data = batch.nest(IFLA_INFO_DATA);
        const auto peer = batch.nest(VETH_INFO_PEER);
        batch.put_header(ifinfomsg{});
        batch.put_text(IFLA_IFNAME, silent_peer);
        batch.end(peer);
        batch.end(data);
    });
    if (!done)
        return done;
    if (done = bring_up_silently(silent_peer); !done)
        return done;
    return bring_up(silent_interface, hostile::silent_gateway, netmask, carrier_limit);
}

Result<void> add_plugged() {
    if (auto done = add_link("dummy", plugged_interface); !done)
        return done;
    if (auto done = bring_up(plugged_interface, hostile::plugged_gateway, netmask, carrier_limit);
        !done)
        return done;
    tcmsg header{};
    header.tcm_family = AF_UNSPEC;
    header.tcm_ifindex = static_cast<int>(::if_nametoindex(plugged_interface));
    header.tcm_parent = TC_H_ROOT;
    // Plugged from its birth: nothing goes out before it is told to.
    const tc_plug_qopt plug{TCQ_PLUG_LIMIT, plugged_bytes};
    NetlinkBatch batch;
    batch.message(RTM_NEWQDISC, add, header);
    batch.put_text(TCA_KIND, "plug");
    batch.put(TCA_OPTIONS, plug);
    return route_request(batch, std::string("plugging the queue of ") + plugged_interface);
}

} // namespace

Result<void> make_dead_ends() {
    if (auto done = write_text("/proc/sys/net/ipv4/ip_forward", "1"); !done)
        return done;
    if (auto done = add_silent(); !done)
        return done;
    return add_plugged();
}

} // namespace netswap::guest
