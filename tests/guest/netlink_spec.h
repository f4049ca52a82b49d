// SPDX-License-Identifier: GPL-2.0
// generated from kmod/uapi/netswap.yaml by scripts/gen-netlink.py, do not edit
#pragma once

#include <array>
#include <string_view>

#include "kmod/uapi/netswap.h"

namespace netswap::guest {

enum class NetlinkType { pad, s32, string, u16, u32, u64 };

struct NetlinkAttribute {
    std::string_view set;
    int number;
    NetlinkType type;
};

struct NetlinkCommand {
    int number;
    std::string_view set;
    bool list;
    bool privileged;
};

inline constexpr std::array<NetlinkAttribute, 30> netlink_attributes{{
    {"policy", NETSWAP_A_POLICY_POLICY, NetlinkType::string},
    {"policy", NETSWAP_A_POLICY_EMERGENCY_PAGES, NetlinkType::u32},
    {"policy", NETSWAP_A_POLICY_MARKED_SOCKETS, NetlinkType::u32},
    {"mechanism", NETSWAP_A_MECHANISM_NAME, NetlinkType::string},
    {"mechanism", NETSWAP_A_MECHANISM_GROUP, NetlinkType::string},
    {"counter", NETSWAP_A_COUNTER_MECHANISM, NetlinkType::string},
    {"counter", NETSWAP_A_COUNTER_NAME, NetlinkType::string},
    {"counter", NETSWAP_A_COUNTER_VALUE, NetlinkType::u64},
    {"counter", NETSWAP_A_COUNTER_PAD, NetlinkType::pad},
    {"socket", NETSWAP_A_SOCKET_ID, NetlinkType::u32},
    {"socket", NETSWAP_A_SOCKET_INODE, NetlinkType::u32},
    {"socket", NETSWAP_A_SOCKET_FAMILY, NetlinkType::u16},
    {"socket", NETSWAP_A_SOCKET_LOCAL, NetlinkType::string},
    {"socket", NETSWAP_A_SOCKET_REMOTE, NetlinkType::string},
    {"socket", NETSWAP_A_SOCKET_BY, NetlinkType::u32},
    {"socket", NETSWAP_A_SOCKET_FD, NetlinkType::s32},
    {"socket", NETSWAP_A_SOCKET_PROTOCOL, NetlinkType::u16},
    {"group", NETSWAP_A_GROUP_NAME, NetlinkType::string},
    {"group", NETSWAP_A_GROUP_PARENT, NetlinkType::string},
    {"group", NETSWAP_A_GROUP_PAGES, NetlinkType::u32},
    {"group", NETSWAP_A_GROUP_WANTED, NetlinkType::u32},
    {"group", NETSWAP_A_GROUP_SET, NetlinkType::u32},
    {"group", NETSWAP_A_GROUP_ACTIVE, NetlinkType::u32},
    {"group", NETSWAP_A_GROUP_USAGE, NetlinkType::u32},
    {"group", NETSWAP_A_GROUP_HIGH, NetlinkType::u32},
    {"task", NETSWAP_A_TASK_ON, NetlinkType::u32},
    {"event", NETSWAP_A_EVENT_KIND, NetlinkType::u32},
    {"event", NETSWAP_A_EVENT_SUBJECT, NetlinkType::string},
    {"event", NETSWAP_A_EVENT_VALUE, NetlinkType::u64},
    {"event", NETSWAP_A_EVENT_PAD, NetlinkType::pad},
}};

inline constexpr std::array<NetlinkCommand, 10> netlink_commands{{
    {NETSWAP_CMD_POLICY_GET, "policy", false, false},
    {NETSWAP_CMD_MECHANISM_GET, "mechanism", true, false},
    {NETSWAP_CMD_COUNTER_GET, "counter", true, false},
    {NETSWAP_CMD_SOCKET_GET, "socket", true, true},
    {NETSWAP_CMD_SOCKET_MARK, "socket", false, true},
    {NETSWAP_CMD_SOCKET_UNMARK, "socket", false, true},
    {NETSWAP_CMD_TASK_GRANT, "task", false, true},
    {NETSWAP_CMD_GROUP_GET, "group", true, false},
    {NETSWAP_CMD_GROUP_SET, "group", false, true},
    {NETSWAP_CMD_GROUP_ACTIVATE, "group", false, true},
}};

} // namespace netswap::guest
