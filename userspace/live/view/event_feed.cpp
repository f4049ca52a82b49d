// SPDX-License-Identifier: GPL-2.0
#include "live/view/event_feed.h"

#include "kmod/uapi/netswap.h"

#include <cerrno>
#include <chrono>

#include <fmt/format.h>
#include <linux/nbd-netlink.h>
#include <linux/rtnetlink.h>
#include <netlink/genl/ctrl.h>
#include <netlink/genl/genl.h>
#include <netlink/socket.h>
#include <poll.h>

namespace netswap::live {

namespace {

constexpr int look_again_ms = 2000; ///< for families that come or go

Error netlink_error(const char *what, int code) {
    return {fmt::format("listening to {}: {}", what, nl_geterror(code)), exit_host};
}

std::int64_t now_ms() {
    return std::chrono::duration_cast<std::chrono::milliseconds>(
               std::chrono::system_clock::now().time_since_epoch())
        .count();
}

struct Reception {
    const std::function<std::optional<Event>(const nlmsghdr *)> &decode;
    std::vector<Event> &events;
    bool listing_ended = false;
};

int take_message(nl_msg *message, void *data) {
    auto &reception = *static_cast<Reception *>(data);
    if (auto event = reception.decode(nlmsg_hdr(message))) {
        event->wall_ms = now_ms();
        reception.events.push_back(std::move(*event));
    }
    return NL_OK;
}

int take_end(nl_msg *, void *data) {
    static_cast<Reception *>(data)->listing_ended = true;
    return NL_OK;
}

} // namespace

void NetlinkFeed::SocketFree::operator()(nl_sock *socket) const {
    nl_socket_free(socket);
}

NetlinkFeed::~NetlinkFeed() = default;

Result<std::unique_ptr<NetlinkFeed>> NetlinkFeed::open() {
    std::unique_ptr<NetlinkFeed> feed(new NetlinkFeed);
    feed->groups_[0] = {NETSWAP_FAMILY_NAME, NETSWAP_MCGRP_EVENTS, decode_netswap};
    feed->groups_[1] = {NBD_GENL_FAMILY_NAME, NBD_GENL_MCAST_GROUP_NAME, decode_nbd};
    feed->asking_.reset(nl_socket_alloc());
    if (!feed->asking_)
        return fail("netlink: out of memory");
    if (const int error = genl_connect(feed->asking_.get()); error < 0)
        return tl::unexpected(netlink_error("generic netlink", error));
    if (auto ok = feed->open_links(); !ok)
        return tl::unexpected(ok.error());
    if (auto ok = feed->join_groups(); !ok)
        return tl::unexpected(ok.error());
    return feed;
}

Status NetlinkFeed::open_links() {
    links_.reset(nl_socket_alloc());
    if (!links_)
        return fail("netlink: out of memory");
    nl_socket_disable_seq_check(links_.get());
    int error = nl_connect(links_.get(), NETLINK_ROUTE);
    if (error >= 0)
        error = nl_socket_add_membership(links_.get(), RTNLGRP_LINK);
    if (error >= 0)
        error = nl_socket_set_nonblocking(links_.get());
    // Ask for what is there, so that only changes are news.
    rtgenmsg all{};
    if (error >= 0)
        error = nl_send_simple(links_.get(), RTM_GETLINK, NLM_F_DUMP, &all, sizeof(all));
    if (error < 0)
        return tl::unexpected(netlink_error("the network interfaces", error));
    return {};
}

Status NetlinkFeed::join_groups() {
    for (auto &group : groups_) {
        const int id = genl_ctrl_resolve_grp(asking_.get(), group.family, group.name);
        if (id == group.id || (id < 0 && group.id < 0))
            continue;
        group.socket.reset(); // a family that went away, or came back under another number
        group.id = -1;
        if (id < 0)
            continue;
        group.socket.reset(nl_socket_alloc());
        if (!group.socket)
            return fail("netlink: out of memory");
        nl_socket_disable_seq_check(group.socket.get());
        int error = genl_connect(group.socket.get());
        if (error >= 0)
            error = nl_socket_add_membership(group.socket.get(), id);
        if (error >= 0)
            error = nl_socket_set_nonblocking(group.socket.get());
        if (error < 0)
            return tl::unexpected(netlink_error(group.family, error));
        group.id = id;
    }
    return {};
}

void NetlinkFeed::drain(nl_sock *socket, const std::string &source,
                        const std::function<std::optional<Event>(const nlmsghdr *)> &decode,
                        std::vector<Event> &events) {
    Reception reception{decode, events};
    nl_socket_modify_cb(socket, NL_CB_VALID, NL_CB_CUSTOM, take_message, &reception);
    nl_socket_modify_cb(socket, NL_CB_FINISH, NL_CB_CUSTOM, take_end, &reception);
    while (true) {
        const int code = nl_recvmsgs_default(socket);
        if (reception.listing_ended)
            links_listed_ = true;
        if (code >= 0)
            continue;
        // The kernel had no room to keep a message: libnl says so as "out of memory".
        if (code == -NLE_NOMEM) {
            events.push_back({now_ms(), source, "events_lost", "", std::nullopt});
            continue;
        }
        return;
    }
}

Result<std::vector<Event>> NetlinkFeed::next(int timeout_ms) {
    if (auto ok = join_groups(); !ok)
        return tl::unexpected(ok.error());
    std::array<pollfd, 3> fds{};
    fds[0] = {nl_socket_get_fd(links_.get()), POLLIN, 0};
    for (std::size_t i = 0; i < groups_.size(); ++i)
        fds[i + 1] = {groups_[i].socket ? nl_socket_get_fd(groups_[i].socket.get()) : -1, POLLIN,
                      0};
    const int limit = timeout_ms < 0 ? look_again_ms : std::min(timeout_ms, look_again_ms);
    std::vector<Event> events;
    if (::poll(fds.data(), fds.size(), limit) < 0) {
        if (errno == EINTR)
            return events;
        return tl::unexpected(errno_error("waiting for events", errno));
    }
    if (fds[0].revents != 0)
        drain(
            links_.get(), "link",
            [&](const nlmsghdr *message) { return link_watch_.decode(message, !links_listed_); },
            events);
    for (std::size_t i = 0; i < groups_.size(); ++i)
        if (fds[i + 1].revents != 0)
            drain(groups_[i].socket.get(), groups_[i].family, groups_[i].decode, events);
    return events;
}

std::vector<std::string> NetlinkFeed::missing() const {
    std::vector<std::string> list;
    for (const auto &group : groups_)
        if (group.id < 0)
            list.push_back(fmt::format("this kernel has no netlink family '{}' now; its events "
                                       "come when the module is loaded",
                                       group.family));
    return list;
}

Status follow_events(EventFeed &feed, bool json, std::uint64_t count,
                     const std::function<bool(const std::string &)> &print) {
    std::uint64_t printed = 0;
    while (true) {
        const auto events = feed.next(-1);
        if (!events)
            return tl::unexpected(events.error());
        for (const auto &event : *events) {
            if (!print(json ? event_json(event) : event_text(event)))
                return {};
            if (++printed == count)
                return {};
        }
    }
}

} // namespace netswap::live
