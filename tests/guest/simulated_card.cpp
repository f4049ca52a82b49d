// SPDX-License-Identifier: GPL-2.0
#include "simulated_card.h"

#include "guest/interface.h"
#include "guest/sysfile.h"
#include "live/genl_client.h"

#include <catch2/catch.hpp>
#include <filesystem>
#include <linux/ethtool.h>
#include <linux/ethtool_netlink.h>
#include <linux/sockios.h>
#include <netlink/attr.h>

namespace netswap::guest {
namespace {

const std::string bus = "/sys/bus/netdevsim/";
const std::string number = "7";

/// Reads what there is with `get`, and writes it back with `set` after `change`.
template <typename Request, typename Change>
Result<void> by_ioctl(const std::string &interface, unsigned get, unsigned set,
                      const std::string &what, Change change) {
    Request request{};
    ifreq wrapped{};
    wrapped.ifr_data = reinterpret_cast<char *>(&request);
    request.cmd = get;
    if (auto read = interface_request(SIOCETHTOOL, wrapped, interface, "reading " + what); !read)
        return read;
    request.cmd = set;
    change(request);
    return interface_request(SIOCETHTOOL, wrapped, interface, "setting " + what);
}

Result<void> by_netlink(const std::string &interface, int command, int header, int attribute,
                        unsigned value) {
    auto client = live::GenlClient::open(ETHTOOL_GENL_NAME, ETHTOOL_GENL_VERSION, "no ethtool");
    if (!client)
        return tl::unexpected(client.error());
    const auto put = [&](nl_msg *message) {
        nlattr *nest = nla_nest_start(message, header | NLA_F_NESTED);
        if (nest == nullptr ||
            nla_put_string(message, ETHTOOL_A_HEADER_DEV_NAME, interface.c_str()) != 0)
            return -1;
        nla_nest_end(message, nest);
        return nla_put_u32(message, attribute, value);
    };
    auto done = client->ask({command, 0, put, {}});
    if (!done)
        return tl::unexpected(Error{done.error().message, client->last_errno()});
    return {};
}

} // namespace

bool SimulatedCard::there() {
    return std::filesystem::exists(bus + "new_device");
}

SimulatedCard::SimulatedCard() {
    REQUIRE(write_text(bus + "new_device", number + " 1 " + std::to_string(queues)).has_value());
    for (const auto &entry :
         std::filesystem::directory_iterator(bus + "devices/netdevsim" + number + "/net"))
        interface_ = entry.path().filename();
    REQUIRE_FALSE(interface_.empty());
    REQUIRE(set_queues(interface_, 1, Ethtool::ioctl).has_value());
}

SimulatedCard::~SimulatedCard() {
    CHECK(write_text(bus + "del_device", number).has_value());
}

Result<void> set_ring(const std::string &interface, unsigned buffers, Ethtool way) {
    if (way == Ethtool::netlink)
        return by_netlink(interface, ETHTOOL_MSG_RINGS_SET, ETHTOOL_A_RINGS_HEADER,
                          ETHTOOL_A_RINGS_RX, buffers);
    return by_ioctl<ethtool_ringparam>(interface, ETHTOOL_GRINGPARAM, ETHTOOL_SRINGPARAM,
                                       "the rings", [&](auto &ring) { ring.rx_pending = buffers; });
}

Result<void> set_queues(const std::string &interface, unsigned queues, Ethtool way) {
    if (way == Ethtool::netlink)
        return by_netlink(interface, ETHTOOL_MSG_CHANNELS_SET, ETHTOOL_A_CHANNELS_HEADER,
                          ETHTOOL_A_CHANNELS_COMBINED_COUNT, queues);
    return by_ioctl<ethtool_channels>(interface, ETHTOOL_GCHANNELS, ETHTOOL_SCHANNELS, "the queues",
                                      [&](auto &channels) { channels.combined_count = queues; });
}

} // namespace netswap::guest
