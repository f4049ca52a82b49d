// SPDX-License-Identifier: GPL-2.0
#include "live/reserve_tree.h"

#include <limits>

#include "kmod/uapi/netswap.h"
#include "live/netlink_attributes.h"

namespace netswap::live {

namespace {

/// In a request: compute the group's pages.
constexpr auto automatic = std::numeric_limits<std::uint32_t>::max();

} // namespace

std::optional<ReserveGroup> parse_group(nlmsghdr &message) {
    const auto attrs = attributes<NETSWAP_A_GROUP_MAX>(message);
    ReserveGroup group;
    group.name = text_of(attrs[NETSWAP_A_GROUP_NAME]);
    if (group.name.empty())
        return std::nullopt;
    group.parent = text_of(attrs[NETSWAP_A_GROUP_PARENT]);
    group.pages = number_of(attrs[NETSWAP_A_GROUP_PAGES]).value_or(0);
    group.wanted = number_of(attrs[NETSWAP_A_GROUP_WANTED]).value_or(0);
    group.set = number_of(attrs[NETSWAP_A_GROUP_SET]);
    group.active = number_of(attrs[NETSWAP_A_GROUP_ACTIVE]).value_or(0) != 0;
    group.usage = number_of(attrs[NETSWAP_A_GROUP_USAGE]);
    group.high = number_of(attrs[NETSWAP_A_GROUP_HIGH]);
    return group;
}

Result<std::unique_ptr<KernelReserveTree>> KernelReserveTree::open() {
    auto client = GenlClient::open(NETSWAP_FAMILY_NAME, NETSWAP_FAMILY_VERSION,
                                   "the reservation tree needs a hooked kernel with netswap's "
                                   "modules: modprobe -a netswap gfp_memalloc sock_memalloc");
    if (!client)
        return tl::unexpected(client.error());
    return std::unique_ptr<KernelReserveTree>(new KernelReserveTree(std::move(*client)));
}

Result<std::vector<ReserveGroup>> KernelReserveTree::list() {
    std::vector<ReserveGroup> groups;
    const auto done = client_.ask({.command = NETSWAP_CMD_GROUP_GET,
                                   .flags = NLM_F_DUMP,
                                   .put = nullptr,
                                   .take = [&](nlmsghdr &message) {
                                       if (auto group = parse_group(message))
                                           groups.push_back(std::move(*group));
                                   }});
    if (!done)
        return tl::unexpected(done.error());
    return groups;
}

Status KernelReserveTree::set(const std::string &group, std::optional<std::uint32_t> pages) {
    return client_.ask(
        {.command = NETSWAP_CMD_GROUP_SET,
         .flags = 0,
         .put =
             [&](nl_msg *to) {
                 return nla_put_string(to, NETSWAP_A_GROUP_NAME, group.c_str()) != 0 ||
                        nla_put_u32(to, NETSWAP_A_GROUP_PAGES, pages.value_or(automatic)) != 0;
             },
         .take = nullptr});
}

Status KernelReserveTree::activate(const std::string &group, bool on) {
    return client_.ask({.command = NETSWAP_CMD_GROUP_ACTIVATE,
                        .flags = 0,
                        .put =
                            [&](nl_msg *to) {
                                return nla_put_string(to, NETSWAP_A_GROUP_NAME, group.c_str()) !=
                                           0 ||
                                       nla_put_u32(to, NETSWAP_A_GROUP_ACTIVE, on ? 1U : 0U) != 0;
                            },
                        .take = nullptr});
}

} // namespace netswap::live
